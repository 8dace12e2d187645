/**
 * Azure's rules for names, by the input that holds them; the stricter where its pages differ.
 * Where nothing else is said: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
import { isObject, reveal, UNKNOWN } from '../stand-in/values.ts';

type NameRule = {
  least: number;
  most: number;
  pattern: RegExp;
  /** What the pattern asks for, in words. */
  wanted: string;
  /** Nobody else in the world may have it, and it is part of a public address. */
  global?: boolean;
  /** Not to be had, whoever asks. */
  reserved?: readonly string[];
};

const rule = (least: number, most: number, pattern: RegExp, wanted: string): NameRule => ({
  least,
  most,
  pattern,
  wanted,
});

const NETWORK = rule(
  1,
  80,
  /^[a-z\d]([\w.-]*\w)?$/i,
  'letters, digits, "_", "." and "-", begin with a letter or digit and end with one or "_"',
);
const LETTERS_AND_HYPHENS = /^[a-z\d]+(-+[a-z\d]+)*$/i;
const HYPHENS = 'letters, digits and "-", and neither begin nor end with "-"';
const LOWERCASE_HYPHENS = `lowercase ${HYPHENS}`;
const CONTAINER = rule(1, 63, /^[a-z\d]+(-[a-z\d]+)*$/, `${LOWERCASE_HYPHENS} nor have two of them together`);
const WEB_APP = { ...rule(2, 60, LETTERS_AND_HYPHENS, HYPHENS), global: true };
const WORD = rule(1, 63, /^[\w-]+$/, 'letters, digits, "_" and "-"');

/** A label of DNS: https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#domain-name-label */
const DNS_LABEL = {
  ...rule(
    3,
    63,
    /^[a-z][a-z\d-]*[a-z\d]$/,
    'lowercase letters, digits and "-", begin with a letter and not end with "-"',
  ),
  global: true,
};

/** https://learn.microsoft.com/azure/virtual-machines/linux/faq#what-are-the-username-requirements-when-creating-a-vm- */
const RESERVED_USERS =
  '1 123 a actuser adm admin admin1 admin2 administrator aspnet backup console david guest john owner root server sql support support_388945a0 sys test test1 test2 test3 user user1 user2 user3 user4 user5 video'.split(
    ' ',
  );
/** https://learn.microsoft.com/azure/mysql/flexible-server/quickstart-create-server-portal */
const RESERVED_DATABASE_USERS = ['admin', 'administrator', 'azure_superuser', 'guest', 'public', 'root', 'sa'];

/** Type -> input -> its rule; the first input is the name of the resource itself. `rules.name` is the name of each of a list. */
const RULES: Record<string, Record<string, NameRule>> = {
  'resources:ResourceGroup': {
    resourceGroupName: rule(
      1,
      90,
      /^[\w.()-]*[\w()-]$/,
      'letters, digits, "_", "-", "." and parentheses, and not end with "."',
    ),
  },
  'network:VirtualNetwork': { virtualNetworkName: { ...NETWORK, least: 2, most: 64 }, 'subnets.name': NETWORK },
  'network:Subnet': { subnetName: NETWORK },
  'network:NetworkSecurityGroup': { networkSecurityGroupName: NETWORK, 'securityRules.name': NETWORK },
  'network:PublicIPAddress': { publicIpAddressName: NETWORK, 'dnsSettings.domainNameLabel': DNS_LABEL },
  'network:NetworkInterface': { networkInterfaceName: NETWORK, 'ipConfigurations.name': NETWORK },
  'privatedns:PrivateZone': {
    privateZoneName: rule(1, 63, /^[\w-]+(\.[\w-]+)+$/, 'labels of letters, digits, "_" and "-" with "." between them'),
  },
  'privatedns:VirtualNetworkLink': { virtualNetworkLinkName: NETWORK },
  'compute:VirtualMachine': {
    vmName: rule(1, 64, LETTERS_AND_HYPHENS, HYPHENS),
    'osProfile.computerName': rule(1, 63, LETTERS_AND_HYPHENS, HYPHENS),
    'osProfile.adminUsername': {
      ...rule(
        1,
        32,
        /^[a-z_][\w.-]*[\w-]$|^[a-z_]$/,
        'lowercase letters, digits, "_", "." and "-", begin with a letter and not end with "."',
      ),
      reserved: RESERVED_USERS,
    },
    'storageProfile.osDisk.name': NETWORK,
  },
  'compute:VirtualMachineExtension': { vmExtensionName: NETWORK },
  'compute:Disk': { diskName: { ...WORD, most: 80 } },
  'devtestlab:GlobalSchedule': {
    // Azure finds the schedule of a machine by this: https://learn.microsoft.com/azure/virtual-machines/auto-shutdown-vm
    name: rule(1, 100, /^shutdown-computevm-[\w-]+$/, '"shutdown-computevm-" and the name of the machine'),
  },
  'managedidentity:UserAssignedIdentity': {
    resourceName: rule(3, 128, /^[a-z\d][\w-]*$/i, 'letters, digits, "_" and "-", and begin with a letter or digit'),
  },
  'authorization:RoleAssignment': {
    roleAssignmentName: rule(36, 36, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'a GUID'),
  },
  'storage:StorageAccount': {
    accountName: { ...rule(3, 24, /^[a-z\d]+$/, 'lowercase letters and digits'), global: true },
  },
  'storage:BlobContainer': {
    containerName: { ...CONTAINER, least: 3 },
  },
  'storage:Blob': {
    blobName: rule(1, 1024, /^[^\s?#%\\]*[^\s?#%\\/.]$/, 'what a URL can hold, and not end with "/" or "."'),
  },
  'containerregistry:Registry': {
    registryName: { ...rule(5, 50, /^[a-z\d]+$/i, 'letters and digits'), global: true },
  },
  'containerinstance:ContainerGroup': {
    containerGroupName: CONTAINER,
    'containers.name': CONTAINER,
    'ipAddress.dnsNameLabel': { ...DNS_LABEL, least: 5 },
  },
  'web:AppServicePlan': { name: rule(1, 40, /^[a-z\d-]+$/i, 'letters, digits and "-"') },
  'web:WebApp': { name: WEB_APP },
  'web:WebAppSourceControl': { name: WEB_APP },
  'dbformysql:Server': {
    serverName: { ...rule(3, 63, /^[a-z\d]+(-+[a-z\d]+)*$/, LOWERCASE_HYPHENS), global: true },
    administratorLogin: {
      ...rule(1, 32, /^[a-z]\w*$/i, 'letters, digits and "_", and begin with a letter'),
      reserved: RESERVED_DATABASE_USERS,
    },
  },
  'dbformysql:Database': { databaseName: rule(1, 63, /^[a-z\d-]+$/i, 'letters, digits and "-"') },
  'dbformysql:FirewallRule': { firewallRuleName: { ...WORD, most: 128 } },
  'dbformysql:Configuration': { configurationName: WORD },
  'consumption:Budget': { budgetName: WORD },
};

/** Keys of `tags`: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const TAG_KEY = rule(1, 512, /^[^<>%&\\?/]+$/, 'anything but <, >, %, &, \\, ? and /');

/** Whatever the type: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name */
const RESERVED_WORDS = /microsoft|windows|^login|^xbox/i;

/**
 * @param type such as `azure-native:storage:StorageAccount`
 * @returns why a resource of it cannot be called so, in words; undefined: it can
 * @throws Error where the type is not in the table
 */
export function checkName(type: string, name: string): string | undefined {
  const [first] = Object.entries(rulesOf(type));
  return first === undefined ? undefined : checkRule(first[1], name);
}

/**
 * Every name among the inputs of a resource: its own, and those of its parts and its tags.
 * @returns each problem in words; empty where there is none. A resource without a name has one, as Azure's plugin would make one up
 * @throws Error where the type is not in the table
 */
export function findNameProblems(type: string, inputs: { [name: string]: unknown }): string[] {
  const rules = Object.entries(rulesOf(type));
  const own = rules[0]?.[0] ?? '';
  // A role assignment is called by a GUID, which nobody has to know.
  const nameless = inputs[own] === undefined && type !== 'azure-native:authorization:RoleAssignment';
  const named = rules.flatMap(([path, each]) =>
    valuesAt(reveal(inputs), path.split('.')).map((value) => [path, each, value] as const),
  );
  const tags = Object.keys((inputs.tags as object | undefined) ?? {}).map((key) => ['tags', TAG_KEY, key] as const);
  return [
    ...(nameless ? [`${type}: ${own} is missing`] : []),
    ...[...named, ...tags].flatMap(([path, each, value]) => {
      const problem = checkRule(each, value);
      return problem === undefined ? [] : [`${type}: ${path} ${problem}`];
    }),
  ];
}

function rulesOf(type: string): Record<string, NameRule> {
  const rules = RULES[type.replace(/^azure-native:/, '')];
  if (rules === undefined) throw new Error(`nobody wrote down how ${type} may be called`);
  return rules;
}

function checkRule(
  { least, most, pattern, wanted, global = false, reserved = [] }: NameRule,
  name: string,
): string | undefined {
  const is = `is ${JSON.stringify(name)}`;
  if (name.length < least || name.length > most)
    return `${is}, of ${name.length} characters, but must have ${least} to ${most}`;
  if (!pattern.test(name)) return `${is}, but must be ${wanted}`;
  if (reserved.includes(name.toLowerCase())) return `${is}, which Azure keeps for itself`;
  const word = global ? RESERVED_WORDS.exec(name)?.[0] : undefined;
  return word === undefined ? undefined : `${is}, with the word ${JSON.stringify(word)}, which Azure keeps for itself`;
}

/** The texts at a path, of each item where there is a list on the way; none for what is not known yet. */
function valuesAt(value: unknown, [first, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, first === undefined ? [] : [first, ...rest]));
  if (first === undefined) return typeof value === 'string' && value !== UNKNOWN ? [value] : [];
  return isObject(value) ? valuesAt(value[first], rest) : [];
}
