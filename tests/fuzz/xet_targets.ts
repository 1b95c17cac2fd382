import { CasError } from "../../lib/xet/cas/cas_error.ts";
import {
  readReconstructionV1,
  readReconstructionV2,
  sourceOf,
} from "../../lib/xet/cas/reconstruction.ts";
import { readShardProgress } from "../../lib/xet/cas/shard_progress.ts";
import { compressChunk, decodeChunks } from "../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../lib/xet/error.ts";
import { inspectXorb, readDedupAnswer, readShard } from "../../lib/xet/format/mod.ts";
import { BodyReader } from "../../lib/embedded_hub/cas/body_reader.ts";
import { parseByteRanges, resolveRange } from "../../lib/embedded_hub/cas/byte_ranges.ts";
import { CasError as EmbeddedCasError } from "../../lib/embedded_hub/cas/cas_error.ts";
import { decodeLz4Frame } from "../../lib/embedded_hub/cas/lz4_frame.ts";
import { receiveXorb } from "../../lib/embedded_hub/cas/receive_xorb.ts";
import { readShard as readEmbeddedShard } from "../../lib/embedded_hub/cas/shard_reader.ts";
import { randomBytes } from "../support/random_bytes.ts";
import type { Input } from "./mutate.ts";
import { bytesOf, type FuzzTarget, inPieces, latin1, oneTakes, utf8 } from "./target.ts";

const HASH = "0123456789abcdef".repeat(4);
const VECTORS = new URL("../vectors/xet/", import.meta.url);
const vector = (name: string): Input => Deno.readFileSync(new URL(name, VECTORS));

const CHUNKS = [0, 1, 2].map((i) => bytesOf(`chunk ${i} `.repeat(20)));

/** A chunk as it is stored, from the format's description and without our writer. */
function stored(scheme: 0 | 1 | 2, data: Input, claimed = data.length): Input {
  const payload = scheme === 0 ? data : compressChunk(data, scheme);
  const bytes = new Uint8Array(8 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length << 8, true);
  view.setUint32(4, (claimed << 8) | scheme, true);
  bytes.set(payload, 8);
  return bytes;
}

function joined(pieces: readonly Input[]): Input {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Small xorbs of all schemes, and what claims to be larger or smaller than it is: 128 KiB of zeros are a bomb of 600 bytes. */
const XORBS: readonly Input[] = [
  ...([0, 1, 2] as const).map((scheme) => joined(CHUNKS.map((chunk) => stored(scheme, chunk)))),
  stored(1, new Uint8Array(131_072)),
  stored(2, new Uint8Array(131_072), 131_071),
  stored(1, new Uint8Array(131_072), 5),
  vector("xorb-js-text.bin").slice(0, 4096),
];
/** Text, a bomb, and what cannot be compressed and so stands in a block as it is. */
const FRAMES = [
  CHUNKS[0] ?? bytesOf("x"),
  new Uint8Array(131_072),
  randomBytes(CHUNKS[0]?.length ?? 1, 1),
].map((data) => compressChunk(data, 1));
const SHARDS = ["shard-js-text.bin", "shard-js-floats.bin", "shard-keyed.bin", "shard-local.bin"]
  .map(vector).filter(({ length }) => length < 64 * 1024);

const RECONSTRUCTION_V1 = {
  offset_into_first_range: 3,
  terms: [{ hash: HASH, unpacked_length: 10, range: { start: 0, end: 1 } }],
  fetch_info: {
    [HASH]: [{
      url: "https://store.example/x",
      range: { start: 0, end: 1 },
      url_range: { start: 0, end: 20 },
    }],
  },
};
const RECONSTRUCTION_V2 = {
  offset_into_first_range: 0,
  terms: RECONSTRUCTION_V1.terms,
  xorbs: {
    [HASH]: [{
      url: "https://store.example/x",
      ranges: [{ chunks: { start: 0, end: 1 }, bytes: { start: 0, end: 20 } }],
    }],
  },
};
const PROGRESS =
  '{"type":"progress"}\n{"type":"result","result":1}\n{"type":"error","retryable":true}\n';

const forgetful = {
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  abort: () => Promise.resolve(),
};

function json(input: Input): unknown {
  try {
    return JSON.parse(utf8(input));
  } catch {
    throw new XetFormatError("No JSON");
  }
}

/** What the CAS answers and stores, read by the client and by the embedded hub. */
export const XET_TARGETS: readonly FuzzTarget[] = [
  {
    name: "reconstructions",
    corpus: [RECONSTRUCTION_V1, RECONSTRUCTION_V2].map((one) => bytesOf(JSON.stringify(one))),
    words: ["null", "-1", "1e999", "9007199254740993", '"__proto__":', '"start":', '"url":"file:'],
    run: (input) => {
      const readers = [readReconstructionV1, readReconstructionV2].map(
        (read) => (answer: unknown) => {
          const reconstruction = read(answer);
          for (const term of reconstruction.terms) sourceOf(reconstruction, term);
        },
      );
      oneTakes(json(input), readers, [XetFormatError]);
    },
    errors: [XetFormatError],
  },
  {
    name: "progress of shards",
    corpus: [bytesOf(PROGRESS), bytesOf('{"type":"result","result":0}')],
    words: ["\n", '{"type":"result"}', "null", "[]"],
    run: (input) => readShardProgress(inPieces(input)),
    errors: [CasError],
  },
  {
    name: "xorbs, by the client",
    corpus: XORBS,
    words: ["XETBLOB"],
    run: (input) =>
      oneTakes(
        input,
        [(xorb) => decodeChunks(xorb, { hashes: true }), inspectXorb],
        [XetFormatError],
      ),
    errors: [XetFormatError],
  },
  {
    name: "xorbs, by the embedded hub",
    corpus: XORBS,
    words: ["XETBLOB"],
    run: (input) =>
      receiveXorb(new BodyReader(inPieces(input, 4096)), forgetful, {
        verify: true,
        crc: true,
        footer: "ignore",
      }),
    errors: [EmbeddedCasError],
  },
  {
    name: "shards and dedup answers, by the client",
    corpus: SHARDS,
    run: (input) => oneTakes(input, [readShard, readDedupAnswer], [XetFormatError]),
    errors: [XetFormatError],
  },
  {
    name: "shards, by the embedded hub",
    corpus: SHARDS,
    run: (input) => readEmbeddedShard(input),
    errors: [EmbeddedCasError],
  },
  {
    name: "LZ4 frames, by the embedded hub",
    corpus: FRAMES,
    run: (input) => {
      const lengths = [CHUNKS[0]?.length ?? 1, 131_072];
      const readers = lengths.map((length) => (frame: Input) => decodeLz4Frame(frame, length));
      oneTakes(input, readers, [EmbeddedCasError]);
    },
    errors: [EmbeddedCasError],
  },
  {
    name: "ranges, by the embedded hub",
    corpus: ["bytes=0-5,7-9", "bytes=-5", "bytes=7-"].map(bytesOf),
    words: ["bytes=", "99999999999999999999", ",", "-"],
    run: (input) => {
      const text = latin1(input);
      parseByteRanges(text);
      resolveRange(text, 100);
    },
    errors: [EmbeddedCasError],
  },
];
