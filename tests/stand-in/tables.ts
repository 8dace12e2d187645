/** What a stand-in for a cloud's plugin knows: a test gives it as the default export of a module, and all else is an error. */

/** Inputs or outputs of a resource, arguments or results of a function: JSON, with marks for what is secret or unknown (values.ts). */
export type Properties = { [name: string]: unknown };

/** One type of resource, as the cloud would treat it. The functions are given inputs without marks. */
export type ResourceKind = {
  /** The id that the cloud gives a resource; may throw an Error, which is then the cloud's answer. */
  id: (inputs: Properties) => string;
  /** Output -> its value, beyond the inputs, which are outputs, too; undefined: it has none. In a preview they are unknown. */
  computed?: { [output: string]: (inputs: Properties, id: string) => unknown };
  /** Inputs whose change takes another resource, as paths without indexes: `location`, `osProfile.customData`. */
  replacedBy?: readonly string[];
};

export type StandInTables = {
  /** By their tokens: `azure-native:resources:ResourceGroup`. */
  types: { [token: string]: ResourceKind };
  /** Functions by their tokens; given arguments without marks. */
  invokes: { [token: string]: (args: Properties) => Properties };
};
