/** What a function of the lab is: a name, numbers in, a number out. */

export interface FunctionArgument {
  /** Name of the argument, in the JSON body and in the query. */
  name: string;
  /** One line for the person who calls it. */
  description: string;
}

/** One microservice of the lab: `GET` describes or runs it, `POST` runs it, under its name. */
export interface LabFunction {
  name: string;
  /** One sentence for the API's page. */
  summary: string;
  args: readonly FunctionArgument[];
  /** Gets one finite number per argument, in the order of `args`. */
  run(...values: number[]): number;
}
