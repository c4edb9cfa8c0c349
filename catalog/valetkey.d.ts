/**
 * Config services as scripts: what a script of Valetkey is given, and what it must answer.
 *
 * A script defines functions by these names at its top level; which it defines decides which kinds of config service it can be. A function
 * may be async. Every call runs in a realm of its own, so that nothing is kept from one to the next, for at most 100 ms of its own time and in
 * 32 MB. There are no modules, no network but the handles below, and no timers. `console.log` shows in trials: 100 lines of 1 KiB.
 * Script, input and answer have room in 1 MiB each; answers nest up to 64 levels. Members that are not named here are errors.
 *
 * In an editor: `/// <reference path="valetkey.d.ts" />` and `// @ts-check`.
 */

type Algorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';
type Encoding = 'hex' | 'base64' | 'base64url';
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Bytes: a text is its UTF-8, `request.raw` the body as it came, a list is its parts one after the other. */
type Message = string | Raw | { base64: string } | (string | Raw | { base64: string })[];
interface Raw {
  readonly raw: true;
}

/** A request as it arrived at the endpoint. */
interface Request {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  /** As it was sent, without `?`. */
  readonly query: string;
  /** Names in lower case, in order, repetitions kept. */
  readonly headers: [name: string, value: string][];
  /** Text, or base64 where the bytes are not UTF-8. */
  readonly body: string;
  readonly bodyIsText: boolean;
  /** The bytes of the body, for hashes and signatures. */
  readonly raw: Raw;
  /** The value of a header, in any case. Throws where it comes more than once: nobody knows which one was meant. */
  header(name: string): string | undefined;
  /** The body as JSON; throws where it is none. */
  json(): any;
  /** The body as a form; names that come twice have a list. */
  form(): Record<string, string | string[]>;
  /** The query, like a form. */
  parameters(): Record<string, string | string[]>;
}

/** The endpoint that a request came to. */
interface Endpoint {
  /** What the operator set. */
  readonly parameters: Record<string, string>;
  /** The public URL of the endpoint, without a query, from configuration. */
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** The endpoint's secrets, by name. They are used, never seen; each may have several values while it is rotated. */
interface Secrets {
  has(name: string): boolean;
  /** Compares with every value, in constant time. */
  equals(name: string, value: string): boolean;
  /** The HMAC with the newest value; hex unless `encoding` says otherwise. */
  hmac(name: string, algorithm: Algorithm, message: Message, encoding?: Encoding): string;
  /** Whether `signature` is the HMAC with any of the values, compared in constant time. */
  verifyHmac(name: string, algorithm: Algorithm, message: Message, signature: string, encoding?: Encoding): boolean;
}

/** An answer to the application. Text, JSON or XML, 64 KiB, no redirect. */
interface Reply {
  status?: number;
  headers?: Record<string, string>;
  contentType?: 'text/plain' | 'application/json' | 'application/xml' | 'text/xml';
  body?: string;
  /** In place of `body` and `contentType`. */
  json?: Json;
}

type Verification =
  | {
      outcome: 'verified';
      /** false: the signature does not cover the body. Default true. */
      coversBody?: boolean;
      /** Headers that are part of the signed bytes, in lower case. */
      signedHeaders?: string[];
      signsQuery?: boolean;
      /** Of a verified token; parsers see them. */
      claims?: Json;
      /** A value that works once, for `replayFor` seconds (a day unless told). */
      replayId?: string;
      replayFor?: number;
    }
  | { outcome: 'rejected'; /** A code, like signature_mismatch. */ reason?: string; response?: Reply }
  | { outcome: 'challenge'; response: Reply };

/** webhook_event_verification. A missing signature is a rejection. */
declare function verify(request: Request, context: Endpoint & { secrets: Secrets }): Verification | Promise<Verification>;

interface Event {
  /** false: it is told as invalid, and delivered so. Default true. */
  validRequest?: boolean;
  /** The application's id of the user, or up to 100 of them. */
  appUserId?: string | number | (string | number)[] | null;
  eventType: string;
  eventPayload?: Json;
  /** Events of the same id are one event. */
  eventId?: string | number | null;
  /** RFC 3339, or milliseconds since 1970. */
  occurredAt?: string | number | null;
  /** Members that the signature does not cover. */
  unsigned?: ('appUserId' | 'eventType' | 'eventPayload' | 'eventId' | 'occurredAt')[];
}

interface Verified {
  readonly verification: { claims: Json; coversBody: boolean; signedHeaders: string[]; signsQuery: boolean };
}

type Events = Event | Event[] | { events: Event | Event[]; /** Default: 200, empty. */ response?: Reply; /** Seconds: events without an id are compared by their body. */ window?: number };

/** webhook_parser: the events of a verified request. */
declare function parse(request: Request, context: Endpoint & Verified): Events | Promise<Events>;

interface Action extends Event {
  actionId?: string | number | null;
  /** Where the application takes a later answer. Data: the broker never calls it. */
  responseUrl?: string;
  /** At once; where `needsReply`, the answer if nobody gives one in time. */
  response?: Reply;
  /** The answer must be computed by the endpoint's reply destination. */
  needsReply?: boolean;
}

/** action_callback_parser: a button click. */
declare function action(request: Request, context: Endpoint & Verified): Action | Promise<Action>;

type Users = string | number | (string | number)[] | null | { appUserId?: string | number | (string | number)[] | null };

/** user_id_mapper, for each event: the users whose connections it belongs to. */
declare function mapEvent(event: {
  validRequest: boolean;
  appUserIds: string[];
  eventType: string;
  eventPayload: any;
  eventId?: string;
  occurredAt?: string;
  unsigned: string[];
}): Users | Promise<Users>;

/** An answer of an API. */
interface Response {
  readonly status: number;
  readonly headers: [name: string, value: string][];
  readonly body: string;
  header(name: string): string | undefined;
  json(): any;
}

/** The API of the one connected account, with its token, below the base URI: 5 calls, 1 MiB of answers. Throws where there is no answer. */
interface Account {
  get(path: string, headers?: Record<string, string>): Response;
  /** GET alone, unless the credential lists more methods. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; json?: Json; form?: Record<string, string | number>; body?: string },
  ): Response;
}

/** user_id_mapper, once connected: the application's id of the user; null takes the account's own. */
declare function map(
  account: {
    connection: string;
    /** The provider's id of the account. */
    account: string;
    /** Without the tokens. */
    tokenResponse: any;
    /** Validated claims; empty where there was no ID token. */
    idToken: any;
    fields: Record<string, string>;
  },
  context: { account: Account },
): Users | Promise<Users>;

interface Validation {
  /** `unknown` never breaks a connection. */
  outcome: 'valid' | 'invalid' | 'unknown';
  /** A code; of an invalid or unknown one. */
  reason?: string;
  account?: string | number | null;
  expiresAt?: string | number | null;
  scopes?: string[];
}

/** token_validation. */
declare function validate(
  connection: { connection: string; /** Expected; empty: unknown. */ account: string },
  context: { account: Account },
): Validation | Promise<Validation>;

interface TokenStep {
  clientId: string;
  tokenUrl: string;
  scopes: string[];
  /** Of the credential, and the fields of the connection. */
  parameters: Record<string, string>;
  redirectUri: string;
  /** What `{{secret.NAME}}` may name: client_secret, refresh_token, access_token, code, code_verifier, username, password. */
  secretNames: string[];
}

/**
 * Requests to the scheme, host and port of the token URL: 5 of them. `{{secret.NAME}}` in a header, query, form, document or body becomes the
 * secret on its way out; an answer that holds the secret of a step shows `{{secret.NAME}}` in its place.
 */
interface Token {
  fetch(request: {
    /** Default: the token URL. */
    url?: string;
    /** Default: POST. */
    method?: 'POST' | 'GET' | 'PUT';
    headers?: Record<string, string>;
    query?: Record<string, string | number>;
    /** The header Authorization: Basic. */
    basic?: { user: string; password: string };
    form?: Record<string, string | number>;
    json?: Json;
    body?: string;
  }): Response;
}

/** RFC 6749 5.1, and what else the server answers; or its error. A token that did not change may be told as `{{secret.refresh_token}}`. */
type TokenResponse =
  | { access_token: string; refresh_token?: string; expires_in?: number | string; token_type?: string; scope?: string; [name: string]: Json | undefined }
  | { error: string; error_description?: string };

/** token_generation, of a credential whose authentication is `custom`. */
declare function generate(step: TokenStep, context: { token: Token }): TokenResponse | Promise<TokenResponse>;
/** token_refreshal. */
declare function refresh(step: TokenStep, context: { token: Token }): TokenResponse | Promise<TokenResponse>;

/** The digest of a message; hex unless `encoding` says otherwise. */
declare function hash(algorithm: Algorithm, message: Message, encoding?: Encoding): string;
/** Of texts. Decoding takes both alphabets. */
declare const base64: { encode(text: string): string; decode(text: string): string };
declare const console: Record<'log' | 'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;
