/**
 * The settings of the lab of the end-to-end tests: two runners, as one of them gets lost; a repository for jobs of every kind; a limit
 * that is met soon; as many clients at this machine's address as all tests together are; Kafka without a password from this machine, as the lecture's programs want it. LAB_E2E_BROKERS says how many brokers,
 * LAB_E2E_HOSTS whether all is on one host, with one runner, LAB_E2E_REMOTE from which network this machine comes where the lab is elsewhere.
 */
export const E2E_SETTINGS: Record<string, string> = {
  'lab:hosts': process.env.LAB_E2E_HOSTS ?? 'many',
  'lab:ciRunners': process.env.LAB_E2E_HOSTS === 'one' ? '1' : '2',
  'lab:ciDisk': '256',
  'lab:clientsPerAddress': '200',
  'lab:kafkaBrokers': process.env.LAB_E2E_BROKERS ?? '1',
  'lab:kafkaPlaintextFrom': process.env.LAB_E2E_REMOTE ?? '127.0.0.1/32',
  'lab:ciRepositories': '["myapp","mynodeapp","jobs"]',
};
