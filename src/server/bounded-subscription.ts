import { GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import type { AccessControl } from "../access/access-control.ts";
import type { Principal } from "../access/principal.ts";
import { limitExceeded } from "../graphql/limit-exceeded.ts";
import { unauthenticated } from "./access-plugin.ts";
import type { OwnerQuota } from "./owner-quota.ts";

interface SubscriberContext {
  readonly viewer: Principal;
  /** A socket is closed as a whole when the access behind it ends. */
  readonly overSocket: boolean;
}

/** Subscriptions an owner may have open at once; a stream ends with the access it began with. */
export function useBoundedSubscriptions(access: AccessControl, quota: OwnerQuota): Plugin {
  return {
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      const { viewer, overSocket } = args.contextValue as unknown as SubscriberContext;
      setSubscribeFn(async (input) => {
        const release = quota.take(viewer.owner);
        if (release === null) {
          const open = quota.openOf(viewer.owner) + 1;
          return { errors: [limitExceeded("number of subscriptions", open, quota.bound)] };
        }
        let source: unknown;
        try {
          source = await subscribeFn(input);
        } finally {
          if (!isAsyncIterable(source)) release();
        }
        if (!isAsyncIterable(source)) return source;
        const ended = overSocket ? null : accessEnd(access, viewer);
        return boundedBy(source as AsyncIterable<unknown>, ended, release);
      });
    },
  };
}

interface AccessEnd {
  readonly reason: Promise<string>;
  readonly unwatch: () => void;
}

function accessEnd(access: AccessControl, viewer: Principal): AccessEnd {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { reason: promise, unwatch: access.watch(viewer, resolve) };
}

/** The same values; `onEnd` is called once, when the source or the access has ended. */
function boundedBy(
  source: AsyncIterable<unknown>,
  access: AccessEnd | null,
  onEnd: () => void,
): AsyncIterableIterator<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  let over = false;
  const end = async (): Promise<IteratorResult<unknown>> => {
    if (!over) {
      over = true;
      access?.unwatch();
      onEnd();
      await iterator.return?.();
    }
    return { done: true, value: undefined };
  };
  const denied = access?.reason.then(async (reason) => {
    await end();
    const { message, extensions } = unauthenticated(reason);
    const errors = [new GraphQLError(message, { extensions })];
    return { done: false, value: { errors } } as IteratorResult<unknown>;
  });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (over) return end();
      const step = await (denied === undefined
        ? iterator.next()
        : Promise.race([iterator.next(), denied]));
      return step.done === true ? end() : step;
    },
    return: end,
    async throw(error) {
      await end();
      throw error;
    },
  };
}
