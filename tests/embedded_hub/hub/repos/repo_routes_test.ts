import { assertEquals } from "@std/assert";
import { repoRoute } from "../../../../lib/embedded_hub/hub/repos/repo_routes.ts";

const PRICES = { type: "dataset", namespace: "ns", name: "prices" } as const;
const BARE = { type: "model", namespace: "", name: "gpt2" } as const;

Deno.test("calls of the API name repos with and without a namespace", () => {
  assertEquals(repoRoute("GET", "/api/datasets/ns/prices"), {
    kind: "repo-info",
    repo: PRICES,
    revision: "main",
  });
  assertEquals(repoRoute("GET", "/api/models/gpt2/tree/refs%2Fpr%2F1/a%20b/c"), {
    kind: "repo-tree",
    repo: BARE,
    revision: "refs/pr/1",
    path: "a b/c",
  });
  assertEquals(repoRoute("GET", "/api/models/gpt2/refs"), { kind: "repo-refs", repo: BARE });
  assertEquals(repoRoute("GET", "/api/spaces"), { kind: "repo-list", type: "space" });
  assertEquals(repoRoute("POST", "/api/datasets/ns/prices/tree/main"), undefined);
  assertEquals(repoRoute("GET", "/api/datasets/ns/prices/odd"), undefined);
});

Deno.test("resolve is below a repo's page", () => {
  const rest = { revision: "main", path: "a/b.txt" };
  assertEquals(repoRoute("HEAD", "/datasets/ns/prices/resolve/main/a/b.txt"), {
    kind: "repo-resolve",
    repo: PRICES,
    ...rest,
  });
  assertEquals(repoRoute("GET", "/gpt2/resolve/main/a%2Fb.txt"), {
    kind: "repo-resolve",
    repo: BARE,
    ...rest,
  });
  assertEquals(repoRoute("GET", "/gpt2/resolve/main"), undefined);
  assertEquals(repoRoute("GET", "/models/gpt2/resolve/main/x"), undefined);
  assertEquals(repoRoute("PUT", "/gpt2/resolve/main/x"), undefined);
});
