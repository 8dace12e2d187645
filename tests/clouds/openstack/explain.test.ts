/** Errors as OpenStack and its provider write them, and what a person is told to do. */
import { expect, test } from 'vitest';
import { explainOpenstackError } from '../../../infra/clouds/openstack/explain.ts';

test.each([
  ['Could not find Application Credential: 21dced0fd20347869b93710d2b98aae0.', 'credential has ended'],
  ['error creating client: Get "https://k:5000/": x509: certificate signed by unknown authority', 'OS_CACERT'],
  ["OpenStack's login at https://k:5000 cannot be reached: unable to get local issuer certificate.", 'OS_CACERT'],
  ["OpenStack's login at https://k:5000 cannot be reached: getaddrinfo ENOTFOUND k.", 'network or VPN'],
  ['Post "https://k:5000/v3/auth/tokens": dial tcp 192.0.2.1:5000: i/o timeout', 'network or VPN'],
  [
    'Host web did not become ready within 900 s: ssh: connect to host 198.51.100.9 port 22: Connection timed out.',
    'openstack console log show',
  ],
  ['web-arrivals (command): context deadline exceeded', 'openstack console log show'],
  ['after 3 failed attempts: dial tcp 198.51.100.9:22: connect: no route to host', 'lab:adminCidr'],
  ['Authentication failed: Expected HTTP response code [201] but got 401 instead', 'does not know this login'],
  ["One of 'auth_url' or 'cloud' must be specified", 'does not know this login'],
  [
    'Expected HTTP response code [202] when accessing [POST https://nova/v2.1/servers], but got 403 instead: {"forbidden": {"code": 403, "message": "Quota exceeded for cores: Requested 2, but already used 20 of 20 cores"}}',
    'no more machines, cores or memory',
  ],
  ['Quota exceeded for instances: Requested 1, but already used 10 of 10 instances', 'no more machines'],
  ["VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.", 'no more volumes'],
  [
    'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 10G, quota is 10G',
    'no more volumes',
  ],
  [
    '{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: [\'floatingip\'].", "detail": ""}}',
    'no more floating IPs',
  ],
  [
    '{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: [\'security_group_rule\']."}}',
    'no more of what is named above',
  ],
  [
    '{"NeutronError": {"type": "IpAddressGenerationFailure", "message": "No more IP addresses available on network 1."}}',
    'no address left',
  ],
  [
    '{"NeutronError": {"type": "ExternalGatewayForFloatingIPNotFound", "message": "External network 1 is not reachable from subnet 2."}}',
    'lab:externalNetwork=auto',
  ],
  [
    '{"NeutronError": {"type": "IpAddressInUse", "message": "Unable to complete operation for network 1. The IP address 10.80.0.40 is in use."}}',
    './lab down',
  ],
  ['{"conflictingRequest": {"code": 409, "message": "Key pair \'lab-uni\' already exists."}}', './lab down'],
  ['{"NeutronError": {"type": "SecurityGroupInUse", "message": "Security Group 1 in use."}}', './lab down once more'],
  [
    '{"NeutronError": {"type": "NetworkInUse", "message": "Unable to complete operation on network 1. There are one or more ports still in use on the network."}}',
    './lab down once more',
  ],
  ['{"conflictingRequest": {"code": 409, "message": "Instance 1 is locked"}}', 'openstack server unlock'],
  ['No valid host was found. There are not enough hosts available.', 'has room for this flavor'],
  ["Flavor's disk is too small for requested image. Flavor disk is 4294967296 bytes", 'lab:size'],
  ['Block Device Mapping is Invalid: failed to get volume 1.', 'detach it'],
  ['Unable to find flavor with name m1.huge', 'openstack flavor list'],
  ['{"badRequest": {"code": 400, "message": "Image 1 is not active."}}', 'openstack image list'],
  ['{"forbidden": {"message": "Policy doesn\'t allow volume:create to be performed."}}', 'role member'],
  ['OpenStack answers 403 to GET compute /servers/detail: Forbidden', 'role member'],
  ["error waiting for instance to become ready: unexpected state 'ERROR', wanted target 'ACTIVE'", 'under fault'],
  ['OpenStack answers 503 to GET network /ports: later', 'too busy'],
])('%s', (text, advice) => {
  const told = explainOpenstackError(text);
  expect(told).toContain(advice);
  expect(told).not.toContain('\n');
});

test.each([
  'the web app answers 500',
  'host ci-1 is not ready: unit ci-runner.service failed',
  'host web has not answered for 900 s',
  'Host web did not become ready within 900 s: it was last seen at: cloud-init modules-final.',
])('an error of the lab itself is not taken for one of OpenStack: %s', (text) => {
  expect(explainOpenstackError(text)).toBeUndefined();
});
