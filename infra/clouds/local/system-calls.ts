/**
 * The filter of system calls of a host on the local cloud (seccomp), in the form that Docker takes.
 *
 * The engine's own profile leaves out pivot_root, without which bubblewrap makes no sandbox. This one refuses what reaches beyond a
 * container whatever namespaces it has: the kernel's modules, clock, keys and tracing, and parts of the kernel that no service of the
 * lab asks for. https://docs.docker.com/engine/security/seccomp/ says what each of the usual ones is.
 */

/** Refused with EPERM, as if the kernel had been asked by somebody without a right. */
const REFUSED = [
  // Another kernel, or another part of it.
  ...['create_module', 'delete_module', 'finit_module', 'init_module', 'kexec_file_load', 'kexec_load', 'query_module'],
  // The machine's own clock, swap, accounting, quotas, log and power.
  ...[
    'acct',
    'adjtimex',
    'clock_adjtime',
    'clock_settime',
    'quotactl',
    'quotactl_fd',
    'reboot',
    'settimeofday',
    'swapoff',
  ],
  ...['swapon', 'syslog'],
  // Hardware.
  ...['ioperm', 'iopl', 'modify_ldt', 'pciconfig_iobase', 'pciconfig_read', 'pciconfig_write', 'vm86', 'vm86old'],
  // Files by a handle, which leads past the container's root.
  ...['open_by_handle_at'],
  // Keys are not apart by namespaces.
  ...['add_key', 'keyctl', 'request_key'],
  // Programs that run in the kernel, and what watches it.
  ...['bpf', 'fanotify_init', 'fanotify_mark', 'lookup_dcookie', 'perf_event_open', 'userfaultfd'],
  // Calls that are made past every filter of calls.
  ...['io_uring_enter', 'io_uring_register', 'io_uring_setup'],
  // Of old.
  ...['_sysctl', 'get_kernel_syms', 'nfsservctl', 'sysfs', 'uselib', 'ustat', 'vserver'],
];

/** The value of a container's security option `seccomp=`. */
export function describeSystemCallFilter(): string {
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [{ names: REFUSED, action: 'SCMP_ACT_ERRNO' }],
  });
}
