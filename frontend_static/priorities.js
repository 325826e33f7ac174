/** How urgent a job can be. What is high goes before all that is not, whosesoever that is: so only admins may say it. */

/** @import {Session} from "./types.js" */

export const PRIORITIES = ["high", "normal", "low"];

/**
 * Whether a person may choose it.
 * @param {string} priority
 * @param {Session} session
 */
export function mayGive(priority, session) {
  return priority !== "high" || session.user.role === "admin";
}
