/**
 * Where chunks came from: memory, disk, a fetch that others had begun, or one of their own. Only the last costs a call of the CAS.
 */
export type ChunkOrigin = "memory" | "disk" | "shared" | "fetched";

/** Told how often what was kept spares a call of the CAS; must return soon, and must not throw. */
export interface ReadObserver {
  /** A run of chunks was read, or begun to be. */
  chunks?(found: ChunkOrigin): void;
  /** A reconstruction was wanted: one was kept, or not. */
  reconstruction?(kept: boolean): void;
}
