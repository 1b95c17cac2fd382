/**
 * POST forms that nobody who holds the secret has signed, or that are not what was signed.
 *
 * @module
 */

import type { RawRequest } from "../../support/raw_connection.ts";
import {
  encodedPolicy,
  type FormFields,
  signFormV2,
  signFormV4,
} from "../../support/sign_forms.ts";
import type { Signer } from "../../support/sign_requests.ts";
import { BUCKET, utf8 } from "../raw_gateway.ts";
import { type Authentication, AUTHENTICATION_NAMES, AUTHENTICATIONS } from "./authentications.ts";
import { OTHER_BUCKET, OTHER_CREDENTIAL } from "./fixture.ts";
import { type RefusalCode, statusOf } from "./forgeries.ts";
import { FORM_TYPE, formBody } from "./samples.ts";

/** How forms are signed. */
export const FORM_SIGNATURES = { "form v4": signFormV4, "form v2": signFormV2 } as const;

/** The name of one. */
export type FormSignature = keyof typeof FORM_SIGNATURES;

/** A form, before it is a body. */
export interface Form {
  readonly bucket: string;
  readonly fields: FormFields;
  readonly file: string;
}

/** A way to forge a form, and the answer to it. */
export interface FormForgery {
  readonly name: string;
  readonly status: number;
  readonly code: RefusalCode;
  /** Whether its file is on the way to the CAS before it is known. */
  readonly streams?: boolean;
  readonly forge: (signer: Signer) => RawRequest;
}

const FIELDS: FormFields = { key: "doomed", "x-amz-meta-a": "signed" };

/** The policy of {@linkcode FIELDS}. */
export const policyOf = (signer: Signer, seconds = 300): string =>
  encodedPolicy({
    expiration: new Date(signer.now.getTime() + seconds * 1000).toISOString(),
    conditions: [
      { bucket: BUCKET },
      ["eq", "$key", "doomed"],
      ["starts-with", "$x-amz-meta-a", "signed"],
      ["content-length-range", 3, 20],
    ],
  });

/** A form that is signed well. */
export const signedForm = (
  name: FormSignature,
  signer: Signer,
  policy = policyOf(signer),
): Form => ({
  bucket: BUCKET,
  fields: { ...FIELDS, ...FORM_SIGNATURES[name](policy, signer) },
  file: "new content",
});

/** The request that brings a form. */
export const formRequest = ({ bucket, fields, file }: Form): RawRequest => ({
  method: "POST",
  target: `/${bucket}`,
  headers: FORM_TYPE,
  body: utf8(formBody(fields, file)),
});

/** All of one form of signature. */
export function formForgeries(name: FormSignature): readonly FormForgery[] {
  return [
    ...senderForgeries(name),
    ...policyForgeries(name),
    ...fieldForgeries(name),
    ...doubleForgeries(name),
    ...name === "form v4" ? scopeForgeries() : [],
  ];
}

const of = (
  name: string,
  code: RefusalCode,
  forge: (signer: Signer) => Form | RawRequest,
  streams = false,
): FormForgery => ({
  name,
  code,
  status: statusOf(code),
  streams,
  forge: (signer) => {
    const forged = forge(signer);
    return "fields" in forged ? formRequest(forged) : forged;
  },
});

const withFields = (form: Form, fields: Readonly<Record<string, string | undefined>>): Form => ({
  ...form,
  fields: Object.fromEntries(
    Object.entries({ ...form.fields, ...fields }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]]
    ),
  ),
});

const signatureField = (name: FormSignature): string =>
  name === "form v4" ? "x-amz-signature" : "signature";

function senderForgeries(name: FormSignature): readonly FormForgery[] {
  const by = (what: string, code: RefusalCode, other: Partial<Signer>): FormForgery =>
    of(what, code, (signer) => signedForm(name, { ...signer, ...other }));
  const field = signatureField(name);
  return [
    by("another secret", "SignatureDoesNotMatch", { secretAccessKey: "wrong" }),
    by("an empty secret", "SignatureDoesNotMatch", { secretAccessKey: "" }),
    by("the secret of another key", "SignatureDoesNotMatch", {
      secretAccessKey: OTHER_CREDENTIAL.secretAccessKey,
    }),
    by("an unknown key", "InvalidAccessKeyId", { accessKeyId: "UNKNOWN" }),
    of("a signature that is cut", "SignatureDoesNotMatch", (signer) => {
      const form = signedForm(name, signer);
      return withFields(form, { [field]: form.fields[field]?.slice(0, -1) });
    }),
    of(
      "a security token",
      "InvalidToken",
      (signer) => withFields(signedForm(name, signer), { "x-amz-security-token": "t" }),
    ),
    of("no signature", "AccessDenied", (signer) => ({
      ...signedForm(name, signer),
      fields: FIELDS,
    })),
    of("another method", "AccessDenied", (signer) => ({
      ...formRequest(signedForm(name, signer)),
      method: "PUT",
    })),
    of("to a key", "AccessDenied", (signer) => ({
      ...formRequest(signedForm(name, signer)),
      target: `/${BUCKET}/doomed`,
    })),
    of("to a sub-resource", "AccessDenied", (signer) => ({
      ...formRequest(signedForm(name, signer)),
      target: `/${BUCKET}?delete`,
    })),
    of("as another type", "AccessDenied", (signer) => ({
      ...formRequest(signedForm(name, signer)),
      headers: { "Content-Type": "text/plain" },
    })),
  ];
}

function policyForgeries(name: FormSignature): readonly FormForgery[] {
  const sign = FORM_SIGNATURES[name];
  const withPolicy = (what: string, policy: unknown): FormForgery =>
    of(
      what,
      "InvalidPolicyDocument",
      (signer) =>
        signedForm(name, signer, typeof policy === "string" ? policy : encodedPolicy(policy)),
    );
  const expiration = "2026-06-15T13:00:00Z";
  return [
    ...[0, -1, -16 * 60, -365 * 24 * 3600].map((seconds) =>
      of(
        `over for ${-seconds} s`,
        "AccessDenied",
        (signer) => signedForm(name, signer, policyOf(signer, seconds)),
      )
    ),
    of(
      "another policy",
      "SignatureDoesNotMatch",
      (signer) => withFields(signedForm(name, signer), { policy: policyOf(signer, 301) }),
    ),
    of("a policy that goes on", "SignatureDoesNotMatch", (signer) => {
      const form = signedForm(name, signer);
      return withFields(form, { policy: `${form.fields.policy} ` });
    }),
    withPolicy("a policy that is no base64", "*"),
    withPolicy("a policy that is no JSON", utf8("{").toBase64()),
    withPolicy("a policy that is a list", []),
    withPolicy("no expiration", { conditions: [] }),
    withPolicy("an expiration of another case", { Expiration: expiration, conditions: [] }),
    withPolicy("no conditions", { expiration }),
    withPolicy("a condition of no kind", { expiration, conditions: [["ne", "$key", "x"]] }),
    of(
      "a policy without conditions",
      "AccessDenied",
      (signer) => signedForm(name, signer, encodedPolicy({ expiration, conditions: [] })),
    ),
    ...Object.keys(sign("", { accessKeyId: "", secretAccessKey: "", host: "", now: new Date(0) }))
      .flatMap((field) => [
        of(
          `no ${field}`,
          "InvalidArgument",
          (signer) => withFields(signedForm(name, signer), { [field]: undefined }),
        ),
        of(
          `an empty ${field}`,
          "InvalidArgument",
          (signer) => withFields(signedForm(name, signer), { [field]: "" }),
        ),
      ]),
  ];
}

function fieldForgeries(name: FormSignature): readonly FormForgery[] {
  const denied = (what: string, fields: FormFields): FormForgery =>
    of(what, "AccessDenied", (signer) => withFields(signedForm(name, signer), fields));
  return [
    denied("another key", { key: "k" }),
    denied("a key that goes on", { key: "doomed/k" }),
    denied("a key with the file's name", { key: "${filename}" }),
    denied("another value", { "x-amz-meta-a": "forged" }),
    denied("metadata more", { "x-amz-meta-b": "forged" }),
    denied("an acl more", { acl: "private" }),
    denied("a type more", { "Content-Type": "text/html" }),
    denied("a redirect more", { success_action_redirect: "https://example.org/" }),
    of("to another bucket", "AccessDenied", (signer) => ({
      ...signedForm(name, signer),
      bucket: OTHER_BUCKET,
    })),
    of(
      "no key",
      "InvalidArgument",
      (signer) => withFields(signedForm(name, signer), { key: undefined }),
    ),
    of("a file too large", "EntityTooLarge", (signer) => ({
      ...signedForm(name, signer),
      file: "x".repeat(21),
    }), true),
    of("a file too small", "EntityTooSmall", (signer) => ({
      ...signedForm(name, signer),
      file: "xx",
    }), true),
    of(
      "another checksum",
      "BadDigest",
      (signer) => withFields(signedForm(name, signer), { "x-amz-checksum-crc32": "AAAAAA==" }),
      true,
    ),
    of("signed behind the file", "AccessDenied", (signer) => {
      const { fields, file } = signedForm(name, signer);
      return formRequest({ bucket: BUCKET, fields: { ...FIELDS, file, ...fields }, file });
    }),
  ];
}

/** One signature is enough; of two the gateway would have to choose which one counts. */
function doubleForgeries(name: FormSignature): readonly FormForgery[] {
  const other = name === "form v4" ? "form v2" : "form v4";
  const secrets = ["test-secret", "wrong"];
  return secrets.flatMap((secretAccessKey) => [
    of(`and a signature of ${other} with ${secretAccessKey}`, "InvalidArgument", (signer) => {
      const second = FORM_SIGNATURES[other](policyOf(signer), { ...signer, secretAccessKey });
      return withFields(signedForm(name, signer), second);
    }),
    ...AUTHENTICATION_NAMES.map((authentication: Authentication) =>
      of(`with ${secretAccessKey}, under ${authentication}`, "InvalidArgument", (signer) => {
        const form = formRequest(signedForm(name, { ...signer, secretAccessKey }));
        return AUTHENTICATIONS[authentication](form, signer);
      })
    ),
  ]);
}

function scopeForgeries(): readonly FormForgery[] {
  const name = "form v4";
  const scoped = (scope: Signer["scope"] & object): FormForgery =>
    of(
      `scope with ${Object.values(scope)}`,
      "InvalidArgument",
      (signer) => signedForm(name, { ...signer, scope }),
    );
  const field = (what: string, code: RefusalCode, fields: FormFields): FormForgery =>
    of(what, code, (signer) => withFields(signedForm(name, signer), fields));
  const credential = "TESTKEY/20260615/us-east-1/s3/aws4_request";
  return [
    scoped({ service: "sts" }),
    scoped({ terminator: "aws5_request" }),
    scoped({ date: "20260614" }),
    scoped({ region: "" }),
    field("another algorithm", "InvalidArgument", { "x-amz-algorithm": "AWS4-HMAC-SHA512" }),
    field("a date that is none", "InvalidArgument", { "x-amz-date": "20260615" }),
    field("another day", "InvalidArgument", { "x-amz-date": "20260614T120000Z" }),
    field("another region", "SignatureDoesNotMatch", {
      "x-amz-credential": credential.replace("us-east-1", "eu-west-1"),
    }),
    field("another known key", "SignatureDoesNotMatch", {
      "x-amz-credential": credential.replace("TESTKEY", "OTHERKEY"),
    }),
  ];
}
