import { Lexer, Source, TokenKind } from "graphql";
import { limitExceeded } from "./limit-exceeded.ts";
import type { RequestLimits } from "./limits.ts";

/**
 * Refuses a document that is too long before it costs a parse and a validation. Throws
 * GraphQLError.
 */
export function checkDocument(
  body: string,
  limits: Pick<RequestLimits, "maxDocumentLength" | "maxTokens">,
): void {
  if (body.length > limits.maxDocumentLength) {
    throw limitExceeded("document length in characters", body.length, limits.maxDocumentLength);
  }
  const tokens = countTokens(body);
  if (tokens > limits.maxTokens) throw limitExceeded("number of tokens", tokens, limits.maxTokens);
}

/** Tokens up to the first that is none, which the parser will report. */
function countTokens(body: string): number {
  const lexer = new Lexer(new Source(body));
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens++;
  } catch {
    return tokens;
  }
  return tokens;
}
