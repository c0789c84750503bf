/**
 * Part of what fixes a result: plan hash, dataset hash and engine version give the same digest.
 * It rises whenever any number of any result may change.
 */
export const ENGINE_VERSION = "3";
