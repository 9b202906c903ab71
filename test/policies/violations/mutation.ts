/** What a violation of a rule is; those of each family are in a file of their own. */
type Props = Record<string, unknown>;

export interface Mutation {
  readonly rule: string;
  readonly type: string;
  /** The first by name of the resources of the type whose names contain this; default: of all. */
  readonly name?: string;
  /** What becomes of the resource: its properties are changed, or it gets another name, or it is taken away, or one of the type is added. */
  readonly set?: { readonly [path: string]: unknown };
  /** A property that holds a JSON document, and how the document is changed. */
  readonly document?: { readonly property: string; readonly change: (text: string) => string };
  readonly remove?: true;
  readonly rename?: string;
  readonly add?: Props;
  /** Whether Pulumi protects it. */
  readonly protect?: boolean;
  /** The property gets the reference of another resource of the type. */
  readonly borrow?: string;
}

export const replacing = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
