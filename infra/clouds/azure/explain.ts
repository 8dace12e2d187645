/** What to do about an error of Azure, in a sentence: its own words name the rule that was broken, not the way out. */

type Explanation = { pattern: RegExp; advice: string };

/** The first that matches counts: what is more specific comes before what is more general. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    // AADSTS: of the login service; 700082 and 50173 are expired ones, 50076 wants a second factor.
    pattern: /AADSTS(700082|50173|50076|50078|70043|700084)|refresh token has expired|ExpiredAuthenticationToken/i,
    advice: 'Your login to Azure has expired: run az login, then try again.',
  },
  {
    pattern: /AADSTS7000(215|222)|invalid client secret|client secret.*expired/i,
    advice: 'The secret of the service principal is wrong or has expired: renew it, and set ARM_CLIENT_SECRET.',
  },
  {
    pattern:
      /az login|az account set|not logged in|CredentialUnavailable|building account|could not (acquire|get) .*token|AADSTS|InvalidAuthenticationToken(?!Tenant)/i,
    advice: 'Nobody is logged in to Azure on this machine: run az login, then try again.',
  },
  {
    pattern:
      /SubscriptionNotFound|InvalidSubscriptionId|InvalidAuthenticationTokenTenant|subscription .* (was|could) not (be )?found/i,
    advice:
      'This login has no such subscription: az account list -o table shows yours, az account set --subscription <id> chooses one.',
  },
  {
    pattern: /ReadOnlyDisabledSubscription|subscription is disabled/i,
    advice:
      'The subscription is disabled, mostly because its credit is used up or has expired: nothing can be made with it. ./lab down gives back what is there; see what is left at https://www.microsoftazuresponsorships.com or in the portal under Subscriptions.',
  },
  {
    pattern: /RequestDisallowedByAzure|RequestDisallowedByPolicy|disallowed by (Azure|policy)/i,
    advice:
      'A policy of the subscription forbids this. Those of students allow a few regions only: choose another with -c lab:location=<region>; the portal lists them under Policy, Assignments, "Allowed resource deployment regions".',
  },
  {
    pattern:
      /SkuNotAvailable|NotAvailableForSubscription|AllocationFailed|OverconstrainedAllocation|ZonalAllocationFailed/i,
    advice:
      'Azure has no machine of this size for you in this region: name another size with -c lab:size=<size>, or another region with -c lab:location=<region>.',
  },
  {
    pattern: /PublicIPCountLimitReached|PublicIpAddressCountLimit|IPv4.*CountLimit/i,
    advice:
      'The subscription allows no more public addresses in this region: give a lab back with ./lab down, have fewer hosts (lab:ciRunners, lab:kafkaBrokers), or take another region.',
  },
  {
    pattern: /QuotaExceeded|exceeding approved .*cores|cores? quota|OperationNotAllowed.*(cores|quota)/is,
    advice:
      'The subscription allows no more processor cores of this kind: have fewer hosts (lab:ciRunners=1, lab:managedDatabase=true), a smaller lab:size, another lab:location, or ask for more in the portal under Quotas (students cannot).',
  },
  {
    pattern: /StorageAccountAlreadyTaken|StorageAccountAlreadyExists|AlreadyInUse.*registry|registry.*AlreadyInUse/i,
    advice: 'Someone else in the world has a resource of this name: use another name for the stack.',
  },
  {
    pattern: /DnsRecordInUse|DnsNameInUse|DNS record .* is already used/i,
    advice:
      'Someone else in this region has hosts of this name: use another name for the stack, or another lab:location.',
  },
  {
    pattern: /MissingSubscriptionRegistration|not registered to use namespace/i,
    advice:
      'The subscription has not been told to use this service: az provider register --namespace <the one named above> --wait, then try again.',
  },
  {
    pattern: /AuthorizationFailed|LinkedAuthorizationFailed|RoleAssignment.*Forbidden|does not have authorization/i,
    advice:
      'This account may not do that: ask the owner of the subscription for the role Contributor on it (and Role Based Access Control Administrator, where a role is to be assigned).',
  },
  {
    pattern: /SubscriptionRequestsThrottled|TooManyRequests|Status(Code)?=429/i,
    advice:
      'Azure wants fewer requests for a while: wait for some minutes, then try again; it goes on from where it was.',
  },
  {
    pattern:
      /AnotherOperationInProgress|OperationPreempted|ConflictingConcurrentWrite|ResourceGroupBeingDeleted|RetryableError|being deleted/i,
    advice:
      'Azure is still at work on the same thing: wait for a minute, then try again; it goes on from where it was.',
  },
  {
    pattern: /ScopeLocked/i,
    advice: 'Someone has put a lock on it: take that away in the portal under Locks, then try again.',
  },
  {
    pattern: /PlatformImageNotFound|ImageNotFound|image.*(was|could) not (be )?found|VMImage/i,
    advice: 'The region does not have the image of the hosts: take another one with -c lab:location=<region>.',
  },
  {
    pattern: /TrustedLaunch|SecurityType|Hypervisor ?Generation|securityProfile/i,
    advice:
      'This size cannot start the image of the hosts (second generation, trusted launch): let the lab choose, -c lab:size=auto, or name one that can.',
  },
  {
    pattern: /cannot create already existing (sub-)?resource/i,
    advice:
      'An interrupted ./lab up has made it, and Pulumi does not know of it: ./lab down, which asks Azure itself, then ./lab up.',
  },
];

/** @returns what to do, or undefined where the error is none that is known */
export function explainAzureError(text: string): string | undefined {
  return EXPLANATIONS.find(({ pattern }) => pattern.test(text))?.advice;
}
