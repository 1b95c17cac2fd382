import { assertEquals } from "@std/assert";
import { signatureMismatch } from "../../lib/auth/signature_mismatch.ts";

Deno.test("what should have been signed is shown as text and byte by byte", () => {
  const error = signatureMismatch({ accessKeyId: "AK" }, "00ff", {
    stringToSign: "a\né",
    canonicalRequest: "",
  });
  assertEquals([error.code, error.status], ["SignatureDoesNotMatch", 403]);
  assertEquals(error.fields, {
    AWSAccessKeyId: "AK",
    StringToSign: "a\né",
    SignatureProvided: "00ff",
    StringToSignBytes: "61 0a c3 a9",
    CanonicalRequest: "",
    CanonicalRequestBytes: "",
  });
});

Deno.test("a form's signature has no canonical request", () => {
  const error = signatureMismatch({ accessKeyId: "AK" }, "00", { stringToSign: "p" });
  assertEquals(Object.keys(error.fields), [
    "AWSAccessKeyId",
    "StringToSign",
    "SignatureProvided",
    "StringToSignBytes",
  ]);
});
