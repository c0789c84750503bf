import { ExpressionFault } from "./expression-fault.ts";

/** A word or sign of an expression; `text` is without the quotes of a text and the $ of a name. */
export interface Token {
  readonly kind: "number" | "text" | "parameter" | "name" | "operator" | "end";
  readonly text: string;
  /** 1-based. */
  readonly column: number;
}

/** Longest text of one expression. */
export const MAX_EXPRESSION_LENGTH = 2_000;

const NUMBER = /(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/;
const TEXT = /'(?<text>[^']*)'/;
const PARAMETER = /\$(?<parameter>[A-Za-z]\w*)/;
/** An indicator may be named in full, as in `ma.ema`. */
const NAME = /(?<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/;
const OPERATOR = /(?<operator><=|>=|==|!=|[<>=+\-*/()[\],.])/;
const KINDS = [NUMBER, TEXT, PARAMETER, NAME, OPERATOR].map((kind) => kind.source).join("|");
const TOKEN = new RegExp(`\\s*(?:${KINDS})`, "y");

/** The tokens of a text, closed by one of kind `end`. Throws ExpressionFault. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const expected = `${MAX_EXPRESSION_LENGTH} characters at most`;
    throw new ExpressionFault("the expression is too long", MAX_EXPRESSION_LENGTH + 1, expected);
  }
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.groups === undefined) {
      const column = from + text.slice(from).search(/\S/) + 1;
      const found = String.fromCodePoint(text.codePointAt(column - 1)!);
      throw new ExpressionFault(`unexpected '${found}'`, column, EXPECTED_OF[found] ?? "a value");
    }
    const [kind, value] = Object.entries(match.groups).find(([, found]) => found !== undefined)!;
    const column = match.index + match[0].search(/\S/) + 1;
    tokens.push({ kind: kind as Token["kind"], text: value, column });
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1 });
  return tokens;
}

/** What to write instead of a sign that other languages have. */
const EXPECTED_OF: Readonly<Record<string, string>> = {
  "&": "and",
  "|": "or",
  "!": "not, or !=",
  $: "a parameter's name after $",
  '"': "single quotes",
  "'": "a closing quote",
  "%": "+ - * or /",
};
