/**
 * Who is signed in. The secret is not kept: in memory there is a key that cannot be read out, and in the tab's
 * session storage the signing key of the day, so that the page can be loaded anew. Nothing is stored
 * beyond the tab, and nothing of it works on the next day.
 *
 * @module
 */

import { dayOf, deriveSigningKey, importSecret, importSigningKey } from "./sigv4.js";

/** @import { Signer } from "./sigv4.js" */

const STORAGE_KEY = "hugbucket-session";

/** The day is over for which there is a key: the user has to sign in again. */
export class SessionExpired extends Error {
  name = "SessionExpired";
  message = "The day has changed since you signed in. Please sign in again.";
}

/**
 * Makes a signer of an access key pair, and lets the tab remember it.
 *
 * @param {string} accessKeyId
 * @param {string} secretAccessKey
 * @param {string} region
 * @returns {Promise<Signer>}
 */
export async function openSession(accessKeyId, secretAccessKey, region) {
  const secret = await importSecret(secretAccessKey);
  /** @type {Map<string, Promise<CryptoKey>>} */
  const keys = new Map();
  return {
    accessKeyId,
    region,
    keyOf(day) {
      const made = keys.get(day) ?? makeKey(day);
      keys.set(day, made);
      return made;
    },
  };

  /** @param {string} day */
  async function makeKey(day) {
    const bytes = await deriveSigningKey(secret, day, region);
    const stored = { accessKeyId, region, day, signingKey: bytesToText(bytes) };
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
    return await importSigningKey(bytes);
  }
}

/**
 * The signer that the tab remembers, if it still can sign.
 *
 * @param {string} region
 * @returns {Promise<Signer | undefined>}
 */
export async function restoreSession(region) {
  const text = sessionStorage.getItem(STORAGE_KEY);
  if (text === null) return undefined;
  const stored = JSON.parse(text);
  if (stored.region !== region || stored.day !== dayOf(new Date())) {
    closeSession();
    return undefined;
  }
  const key = await importSigningKey(textToBytes(stored.signingKey));
  return {
    accessKeyId: stored.accessKeyId,
    region,
    keyOf(day) {
      return day === stored.day ? Promise.resolve(key) : Promise.reject(new SessionExpired());
    },
  };
}

/** Forgets what the tab remembers. */
export function closeSession() {
  sessionStorage.removeItem(STORAGE_KEY);
}

/** @param {Uint8Array} bytes */
function bytesToText(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} text */
function textToBytes(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
