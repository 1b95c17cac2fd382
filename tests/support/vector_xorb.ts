import { readJsonVector } from "./vector_chunks.ts";
import { type VectorInput, vectorInput } from "./vector_input.ts";

/** The xorb of `tests/vectors/xet/xorb-and-shards.json`: nine chunks of four inputs. */
export interface ExampleXorb {
  readonly xorb_hash: string;
  readonly chunk_hashes: readonly string[];
  readonly lengths: readonly number[];
  readonly hmac_key: string;
  readonly inputs: readonly (VectorInput & { readonly first_chunk: number })[];
  readonly serialized: readonly {
    readonly policy: "auto" | "lz4" | "bg4-lz4" | "none";
    readonly file: string | null;
    readonly footer: boolean;
    readonly sha256: string;
  }[];
}

/** The description of the xorb. */
export function exampleXorb(): ExampleXorb {
  return readJsonVector<ExampleXorb>("xorb-and-shards.json");
}

/** Its chunks. */
export function exampleChunks(): Uint8Array<ArrayBuffer>[] {
  const { inputs, lengths } = exampleXorb();
  return inputs.flatMap((input, i) => {
    const data = vectorInput(input);
    const sizes = lengths.slice(input.first_chunk, inputs[i + 1]?.first_chunk);
    let at = 0;
    return sizes.map((size) => data.slice(at, at += size));
  });
}

/** The indices of the chunks at which an input starts. */
export function exampleFileStarts(): number[] {
  return exampleXorb().inputs.map((input) => input.first_chunk);
}
