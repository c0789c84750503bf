/** A fault in the text of an expression, with the 1-based column it was found at. */
export class ExpressionFault extends Error {
  readonly column: number;
  /** What would have been right there. */
  readonly expected: string;

  constructor(message: string, column: number, expected: string) {
    super(`${message} (column ${column})`);
    this.name = "ExpressionFault";
    this.column = column;
    this.expected = expected;
  }
}
