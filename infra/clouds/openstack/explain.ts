/** What to do about an error of OpenStack, in a sentence: its own words name what was refused, not the way out. */

type Explanation = { pattern: RegExp; advice: string };

/** The first that matches counts: what is more specific comes before what is more general. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /application credential.*(not found|expired)|Could not find Application Credential/i,
    advice:
      'The application credential has ended or was deleted: make a new one in the dashboard (Identity, Application Credentials), and take its clouds.yaml.',
  },
  {
    pattern: /x509|self.signed certificate|unable to (get (local )?issuer|verify the first) certificate/i,
    advice:
      "The cloud's certificate is vouched for by an authority that this machine does not know: name its file as cacert in clouds.yaml, or as OS_CACERT.",
  },
  {
    // What the lab says of a host that was never seen, and the plugin that brings files to one.
    pattern:
      /did not become ready within \d+ s: (?!it was last seen)|dial tcp \S+:22:|\((command|copytoremote)\): .*context deadline exceeded/i,
    advice:
      'A machine does not answer over SSH: lab:adminCidr has to hold your address as the cloud sees it. Where it does, openstack console log show <machine> says whether it has booted, and which address it got.',
  },
  {
    pattern: /OpenStack's .* cannot be reached|dial tcp/i,
    advice:
      'Look at auth_url in clouds.yaml (or OS_AUTH_URL); the APIs of many universities are reached from their own network or VPN alone.',
  },
  {
    pattern:
      /requires authentication|Authentication failed|(OpenStack answers|got) 401|You must provide exactly one of|Missing input for argument|auth_url/i,
    advice:
      'OpenStack does not know this login: look at OS_CLOUD and clouds.yaml, or source the openrc file of your project again (docs/openstack.md).',
  },
  {
    pattern:
      /Quota exceeded for .*(cores|ram|instances)|Quota exceeded, too many servers|maximum number of (instances|cores)/i,
    advice:
      'The project allows no more machines, cores or memory: give another lab back with ./lab down, have fewer hosts (lab:ciRunners=1, lab:kafkaBrokers=1, lab:function=false), name a smaller flavor (lab:size), or ask for more.',
  },
  {
    pattern:
      /(VolumeLimitExceeded|VolumeSizeExceedsAvailableQuota|Maximum number of volumes|exceeds? allowed .*quota|gigabytes quota)/i,
    advice:
      'The project allows no more volumes, or gigabytes of them: delete volumes that nobody needs, or ask for more.',
  },
  {
    pattern: /Quota exceeded for resources:.*floatingip|floatingip.*(OverQuota|quota)/i,
    advice:
      'The project allows no more floating IPs: release unused ones in the dashboard (Network, Floating IPs), have fewer hosts (lab:kafkaBrokers=1, lab:function=false), or ask for more.',
  },
  {
    pattern: /OverQuota|Quota exceeded for resources/i,
    advice:
      'The project allows no more of what is named above: give another lab back with ./lab down, delete what nobody needs, or ask for more.',
  },
  {
    pattern: /IpAddressGenerationFailure|No more IP addresses available/i,
    advice:
      'The external network has no address left, whatever the quota says: try later, take another one with lab:externalNetwork, or tell whoever runs the cloud.',
  },
  {
    pattern: /ExternalGatewayForFloatingIPNotFound|External network .* is not reachable from subnet/i,
    advice:
      'The router is not connected to that network: let the lab choose with lab:externalNetwork=auto, or name the network that the others of the project use.',
  },
  {
    pattern: /IpAddressInUse|IP address .* (already allocated|in use)|address .* is already/i,
    advice:
      'An interrupted ./lab up has made a port with this address, and Pulumi does not know of it: ./lab down, which asks OpenStack itself, then ./lab up.',
  },
  {
    pattern: /Key ?pair .*already exists|already exists.*key ?pair/i,
    advice:
      'An interrupted ./lab up has made this key pair, or another stack of yours has this name: ./lab down, which asks OpenStack itself, then ./lab up.',
  },
  {
    pattern:
      /SecurityGroupInUse|Security Group .* in use|NetworkInUse|SubnetInUse|RouterInUse|still has ports|one or more ports .*in use/i,
    advice: 'Something still uses it: ./lab down once more, which takes things away in their order and waits for each.',
  },
  {
    pattern: /Instance \S+ is locked/i,
    advice: 'Someone has locked this machine: openstack server unlock <machine>, then try again.',
  },
  {
    pattern: /No valid host was found|NoValidHost|Exceeded maximum number of retries/i,
    advice: 'No machine of the cloud has room for this flavor now: try later, or name another flavor with lab:size.',
  },
  {
    pattern:
      /Flavor's (disk|memory) is too small|FlavorDiskSmallerThanMinDisk|FlavorMemoryTooSmall|too small for requested image/i,
    advice:
      'The flavor is too small for the image: name a larger one with lab:size, or let the lab choose with lab:size=auto.',
  },
  {
    pattern:
      /(Block Device Mapping is Invalid|Invalid volume|Build of instance .* aborted.*volume|did not finish being created)/i,
    advice:
      'The volume could not be attached: look at it in the dashboard (Volumes), detach it from a machine that is gone, then try again.',
  },
  {
    pattern: /Unable to find (a )?flavor|Flavor .*(could not be found|not found)|no flavor/i,
    advice:
      'The project has no such flavor: openstack flavor list shows those that there are, lab:size=auto lets the lab choose.',
  },
  {
    pattern: /Image .*(could not be found|not found|is not active)|Unable to find .*image|no image/i,
    advice:
      'The cloud has no such image, or has it no longer: openstack image list shows those that there are; name one of Debian 13 with lab:image.',
  },
  {
    pattern: /objectstorage.*(OpenStack answers|got) 40[13]|object store \S* cannot be used/i,
    advice: 'The object store refuses this login: ask for the right to use it in your project, and try again.',
  },
  {
    pattern:
      /Policy doesn't allow|disallowed by policy|(OpenStack answers|got) 403|Request forbidden|not authorized to perform/i,
    advice:
      'This login may not do that: it takes the role member in the project; an application credential must not be a restricted one of fewer roles.',
  },
  {
    pattern: /has gone into error|ERROR state|unexpected state 'ERROR'/i,
    advice:
      'OpenStack gave up on it: openstack server show, or openstack volume show, says why under fault; then try again.',
  },
  {
    pattern: /(OpenStack answers|got) (429|502|503|504)|OverLimit|Too Many Requests/i,
    advice: 'OpenStack is too busy for a while: wait for some minutes, then try again; it goes on from where it was.',
  },
];

/** @returns what to do, or undefined where the error is none that is known */
export function explainOpenstackError(text: string): string | undefined {
  return EXPLANATIONS.find(({ pattern }) => pattern.test(text))?.advice;
}
