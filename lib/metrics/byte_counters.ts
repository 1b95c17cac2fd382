import { Counter, type Registry } from "prom-client";

/** Bytes of a gateway, by where they go. They come in many small numbers: they are added up here, and shown when somebody asks. */
export interface ByteCounts {
  /** Of the bodies of requests. */
  in: number;
  /** Of the bodies of answers. */
  out: number;
  /** Of content that was stored. */
  hashed: number;
  /** Of these, what was there already. */
  deduplicated: number;
  /** To the CAS. */
  sent: number;
  /** From the CAS. */
  received: number;
}

const COUNTERS: readonly (readonly [keyof ByteCounts, string, string])[] = [
  ["in", "request_body_bytes", "Bytes of the bodies of S3 requests, framing included"],
  ["out", "response_body_bytes", "Bytes of the bodies of answers to S3 requests"],
  ["hashed", "content_hashed_bytes", "Bytes of content that were cut and hashed for storing"],
  [
    "deduplicated",
    "content_deduplicated_bytes",
    "Of the bytes that were hashed, those that were stored already and not sent",
  ],
  ["sent", "cas_sent_bytes", "Bytes of the bodies of requests to the CAS"],
  ["received", "cas_received_bytes", "Bytes of the bodies of answers of the CAS"],
];

/**
 * Counters of bytes.
 *
 * @param registers Where they are shown.
 * @returns What is to be added to.
 */
export function byteCounters(registers: Registry[]): ByteCounts {
  const counts: ByteCounts = {
    in: 0,
    out: 0,
    hashed: 0,
    deduplicated: 0,
    sent: 0,
    received: 0,
  };
  for (const [key, name, help] of COUNTERS) {
    new Counter({
      name: `hugbucket_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(counts[key]);
      },
    });
  }
  return counts;
}
