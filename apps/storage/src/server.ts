/** The process of the blob storage host: Azurite's blob service, which takes its flags from the command line. */
import 'azurite/dist/src/blob/main.js';
