import { type ASTVisitor, GraphQLError, Kind, type ValidationContext } from "graphql";
import type { Plugin } from "graphql-yoga";

/**
 * The one field of a subscription cannot be left out: what the executor would then follow is
 * nothing. GraphQL forbids `@skip` and `@include` there, which graphql-js does not check.
 */
export function useSubscriptionRoot(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(unconditionalRoot);
    },
  };
}

function unconditionalRoot(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== "subscription") return;
      const seen = new Set<string>();
      const sets = [operation.selectionSet];
      for (const { selections } of sets) {
        for (const selection of selections) {
          const condition = selection.directives?.find(({ name }) =>
            ["skip", "include"].includes(name.value),
          );
          if (condition !== undefined) {
            const message = `@${condition.name.value} cannot stand at the root of a subscription`;
            context.reportError(new GraphQLError(message, { nodes: [condition] }));
          }
          if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
          if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
          seen.add(selection.name.value);
          const fragment = context.getFragment(selection.name.value);
          if (fragment != null) sets.push(fragment.selectionSet);
        }
      }
    },
  };
}
