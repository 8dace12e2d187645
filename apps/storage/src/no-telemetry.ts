/** Stands where Azurite would load its vendor's telemetry: the lab reports to nobody, and it is two thirds of the code. */
export default {};
