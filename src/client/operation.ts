/** A GraphQL operation with what it takes and answers; made from a `.graphql` file. */
export interface Operation<Data, Variables> {
  readonly kind: "query" | "mutation" | "subscription";
  readonly name: string;
  readonly text: string;
  /** For the compiler alone: there is nothing behind them. */
  readonly data?: Data;
  readonly variables?: Variables;
}
