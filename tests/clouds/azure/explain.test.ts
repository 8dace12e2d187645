/** Errors as Azure and its provider write them, and what a person is told to do. */
import { expect, test } from 'vitest';
import { explainAzureError } from '../../../infra/clouds/azure/explain.ts';

test.each([
  ["ERROR: Please run 'az login' to setup account.", 'run az login'],
  ['error: building account: could not acquire access token', 'run az login'],
  ['AADSTS700082: The refresh token has expired due to inactivity.', 'has expired: run az login'],
  ['AADSTS7000215: Invalid client secret provided.', 'ARM_CLIENT_SECRET'],
  ['Code="SubscriptionNotFound" Message="The subscription \'1\' could not be found."', 'az account set'],
  ['InvalidAuthenticationTokenTenant: The access token is from the wrong issuer', 'az account set'],
  [
    'Code="OperationNotAllowed" Message="Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Current Limit: 4"',
    'allows no more processor cores',
  ],
  [
    'QuotaExceeded: Operation could not be completed as it results in exceeding approved standardBSFamily Cores quota',
    'allows no more processor cores',
  ],
  ["SkuNotAvailable: The requested size for resource is currently not available in location 'westeurope'", 'lab:size'],
  ['AllocationFailed: Allocation failed. We do not have sufficient capacity', 'lab:size'],
  ['PublicIPCountLimitReached: Cannot create more than 3 public IP addresses', 'no more public addresses'],
  ['StorageAccountAlreadyTaken: The storage account named labdev is already taken.', 'another name for the stack'],
  [
    'DnsRecordInUse: DNS record lab-web.westeurope.cloudapp.azure.com is already used by another public IP.',
    'another name for the stack',
  ],
  [
    'RequestDisallowedByAzure: Resource was disallowed by Azure: This policy maintains a set of best available regions',
    'lab:location',
  ],
  ["RequestDisallowedByPolicy: Resource 'lab' was disallowed by policy.", 'lab:location'],
  [
    "MissingSubscriptionRegistration: The subscription is not registered to use namespace 'Microsoft.Web'",
    'az provider register',
  ],
  ["AuthorizationFailed: The client 'ann' does not have authorization to perform action", 'Contributor'],
  [
    "ReadOnlyDisabledSubscription: The subscription '1' is disabled and therefore marked as read only.",
    'credit is used up',
  ],
  ['autorest/azure: Service returned an error. Status=429 Code="TooManyRequests"', 'fewer requests'],
  ['AnotherOperationInProgress: Another operation on this or dependent resource is in progress.', 'still at work'],
  ['ResourceGroupBeingDeleted: The resource group is in deprovisioning state', 'still at work'],
  [
    "ScopeLocked: The scope '/subscriptions/1' cannot perform delete operation because following scope(s) are locked",
    'lock',
  ],
  ['PlatformImageNotFound: The platform image Debian:debian-12 is not available', 'image of the hosts'],
  ["BadRequest: The VM size 'Standard_A1' does not support TrustedLaunch", 'trusted launch'],
  ["The selected VM size cannot boot Hypervisor Generation '2'", 'second generation'],
  ["cannot create already existing resource '/subscriptions/1/resourceGroups/lab'", './lab down'],
])('%s', (text, advice) => {
  const told = explainAzureError(text);
  expect(told).toContain(advice);
  expect(told).not.toContain('\n');
});

test('an error that nobody knows has to speak for itself', () => {
  expect(explainAzureError('the web app answers 500')).toBeUndefined();
});

test('an error of the lab itself is not taken for one of Azure', () => {
  expect(explainAzureError('host ci-1 is not ready: unit ci-runner.service failed')).toBeUndefined();
});
