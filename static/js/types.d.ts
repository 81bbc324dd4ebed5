/** What the API answers and what pages get. Types alone: no browser loads this file. */

import type { Api, Collection } from "./collection/index.js";
import type { AnimeFacts, Change, Entry, Fields, Preferences, Sent, Type, User } from "./collection/types.js";

/** What a page gets: who is here, and the ways to speak to them. */
export interface Frame {
  user: User | null; // null: a visitor
  collection: Collection | null;
  readonly preferences: Preferences;
  readonly api: Api;
  arePagesKept: boolean; // whether pages open without network
  start(signedIn?: SignedIn): unknown;
  speak(language: string): Promise<boolean>; // false: the page stays as it is
  entitle(how?: { isFocused?: boolean }): void;
}
/** The same where somebody is signed in. */
export interface App extends Frame {
  user: User;
  collection: Collection;
  leave(how?: { isSignedOut?: boolean }): Promise<void>;
  remember(changes: Partial<User>): void;
  forgetUser(): void;
  done(change: Promise<Change>, sentence: string, more?: (made: Change) => Promise<HTMLElement | undefined>): Promise<void>;
}
/**
 * What may be said of a title that was finished. `again` finishes it on another day: after
 * `made` is undone, if there is one.
 */
export type AfterFinishing = (app: App, entry: Entry, made: Change | null, again: (day?: string) => Promise<Change>) => Promise<HTMLElement | undefined>;
export interface SignedIn { user?: User; key?: CryptoKey | null }
/** A page: what it returns is done when it is left. */
export interface Page {
  show(main: HTMLElement, app: App, how: { isBack: boolean }): (() => void) | void;
}

// --- Elements ------------------------------------------------------------------------

export type Child = Node | string | number | boolean | null | undefined | readonly Child[];
type Value = string | number | boolean | null | undefined;
type Listeners = {
  [Name in keyof GlobalEventHandlersEventMap as `on${Name}`]?: (event: GlobalEventHandlersEventMap[Name]) => unknown;
};
type Named = { [Name in `data-${string}` | `aria-${string}`]?: Value };
type Known =
  | "accept" | "alt" | "autocomplete" | "checked" | "class" | "datetime" | "decoding" | "disabled"
  | "download" | "draggable" | "height" | "hidden" | "href" | "id" | "inputmode" | "lang" | "list" | "max"
  | "maxlength" | "min" | "minlength" | "name" | "pattern" | "placeholder" | "popover" | "referrerpolicy" | "rel"
  | "required" | "role" | "rows" | "scope" | "src" | "step" | "tabindex" | "target" | "title" | "type"
  | "value" | "width";
export type Attributes = Listeners & Named & { [Name in Known]?: Value } & { style?: Record<string, string> };

/** A browser that is sent notices. */
export interface PushBrowser { id: string; user_agent: string; last_sent_at: string | null; endpoint_sha256: string }

// --- Reports --------------------------------------------------------------------------

export type ReportedThing = "profile" | "user_name" | "avatar" | "banner_image" | "profile_texts" | "list" | "list_name" | "list_description" | "list_notes" | "notes";
/** Something that can be reported; id: the list, or the type of notes. */
export interface Reportable { of: ReportedThing; id?: string }
/** What staff decided about something of one's own. */
export interface Moderation {
  id: string;
  of: ReportedThing;
  which: string;
  state: "withheld" | "lifted";
  reason: string;
  decided_at: string;
  answer: string;
  answered_at: string | null;
  waits: boolean; // for staff to read the answer
}

// --- The catalogue -------------------------------------------------------------------

export interface RelatedAnime extends AnimeFacts {
  id: string;
  english_title: string | null;
  native_title: string | null;
  thumbnailUrl: string | null;
}
/** When something is: a time, a day (in Japan), a month or a year. */
export interface Moment { at: string; precision: "minute" | "day" | "month" | "year" }
export interface AiringFacts {
  begin: Moment | null;
  end: Moment | null;
  broadcast: { start: Moment; every_days: number } | null;
  episodes: number | null;
  source: string;
}
export interface StreamingLink { site: string; name: string; url: string; regions: string[]; begins: Moment | null; source: string }
export interface NamesIn { language: string; names: string[]; source: string }
export interface TypedRelation extends RelatedAnime { relation?: string | null }
export interface Anime extends RelatedAnime {
  weighted_rating: number | null;
  votes: number | null;
  synonyms: string[];
  episode_minutes: number | null;
  genres: string[];
  studios: string[];
  external_ids: Record<string, string>;
  relations: TypedRelation[];
  // With include=…
  airing?: AiringFacts | null;
  links?: StreamingLink[];
  names?: NamesIn[];
  franchise?: RelatedAnime[];
  description?: { text: string; language: string; source: string } | null;
  episode_list?: EpisodeOf[];
  trailers?: { site: string; url: string; source: string }[];
  first_airs_at?: string | null; // these with include=schedule
  first_airs_estimated?: boolean | null;
  episodes_aired?: number | null;
  next_airs_at?: string | null;
  next_airs_estimated?: boolean | null;
}
export interface EpisodeOf { number: number; title: string | null; airs: Moment | null; minutes: number | null }

/** An episode of /api/calendar. */
export interface Airing {
  anime_id: string;
  title: string;
  imageUrl: string | null;
  format: string;
  episode: number;
  episodes: number | null;
  airs_at: string; // "2026-12-05T15:30:00Z", "2026-12-05" or "2026-12"
  precision: string;
  estimated: boolean;
  day: string;
}
export interface Feed {
  id: string;
  name: string;
  types: Type[];
  created_at: string;
  rotated_at: string | null;
  last_used_on: string | null;
}
export interface MadeFeed extends Feed { urls: { ics: string; rss: string; json: string } }

// --- Sharing -------------------------------------------------------------------------

/** What has an audience: `thing` is its name in the preferences, empty of a list. */
export interface Thing { of: string; id: string; thing: string; name: string }
/** A link, as /api/user/shares has it. */
export interface Share {
  id: string; of: string; which: string; fields: string[]; created_at: string; rotated_at: string | null;
  expires_at: string | null; max_uses: number | null; uses: number;
}
export interface MadeShare extends Share { url: string; page_url?: string }
/** What others see, as /api/user/view-as has it. */
export interface Seen {
  user_name: string;
  profile?: { avatar: string | null; favorite_animes: string[]; favorite_genres: string[]; favorite_studios: string[] };
  entries?: Partial<Entry>[];
  lists?: { id: string; name: string; description: string; size: number }[];
  stats?: Pick<Statistics, "totals">;
  year?: Pick<Review, "totals">;
}

export interface Webhook {
  id: string;
  name: string;
  url: string | null;
  host: string;
  format: string;
  parts: string[];
  state: string;
  paused_why: string | null;
  failing_since: string | null;
  next_try_at: string | null;
  created_at: string;
}
export interface MadeWebhook extends Webhook { secret: string }
/** What was sent to a webhook. */
export interface Delivery {
  id: string;
  kind: string;
  status: string;
  made_at: string;
  is_asked: boolean;
  attempts: number;
  status_code: number | null;
  failure: string | null;
  answer: string;
}

/** What a cover is drawn of: an entry, a title of the catalogue, a row of statistics. */
export interface Covered {
  anime_id?: string;
  id?: string;
  title: string;
  year?: number | null;
  imageUrl?: string | null;
  thumbnailUrl?: string | null;
}

/** An entry on the screen; `away`: it has left what is shown, and keeps its place. */
export type Shown = Entry & { away?: "moved" | "removed" };

// --- History -------------------------------------------------------------------------

/** An operation, as /api/user/operations has it. */
export interface Told {
  id: string;
  at: string;
  summary: string;
  through: string;
  file_name: string;
  size: number;
  changes: ToldChange[];
  undoable: boolean;
  undoes: string | null;
  undoes_app: string;
  token_name: string;
}
export interface ToldChange {
  kind: string;
  anime_id?: string;
  title?: string;
  before: Values;
  after: Values;
}
/** Fields of an entry by name, those that are logged or read from files besides. */
export type Values = Partial<Fields> & { [name: string]: unknown };

/** A row of the diary, as /api/user/watched has it. */
export interface Watched {
  id: string;
  anime_id: string;
  title: string | null;
  imageUrl: string | null;
  watched_on: string; // "2026-11-28", "2015-06", "2015" or "unknown"
  episodes: number;
  company?: string[]; // with whom, as far as this page knows
  viewing: number;
  minutes: number;
  revision: number;
  isWaiting?: boolean; // as it will be: a correction of it is not sent yet
}

// --- Lists of one's own --------------------------------------------------------------

/** What a list says of one title, with what is shown of it; kept on the device. */
export interface ListItem {
  anime_id: string;
  rank: string;
  notes: string;
  title: string;
  imageUrl: string | null;
  year: number | null;
  format: string;
  episodes: number | null;
}
/** The same as it is answered. */
export interface AnsweredItem {
  anime_id: string;
  rank: string; // null on a smart list, which is not kept here
  notes: string;
  anime: Anime;
}

export interface Progress { done: number; total: number; minutes_left: number }

// --- Imports and exports -------------------------------------------------------------

export type Outcome = "add" | "update" | "conflict" | "unmatched" | "refused" | "unchanged";
export type Summary = Record<Outcome | "rows", number>;
/** A sentence of the server by its code, in the language of who asks. */
export interface CodedSentence { code: string; sentence: string; values: Record<string, string> }
export interface Plan {
  id: string;
  format: string;
  file_name: string;
  status: "planned" | "applied";
  policy: string;
  summary: Summary;
  warnings: string[];
  warning_codes?: CodedSentence[];
  lists?: PlannedList[];
  created_at: string;
  operation_id: string | null;
}
/** A list that the file names, or a tag of its entries that may become one. */
export interface PlannedList { name: string; kind: "list" | "smart" | "tag"; titles: number; is_taken: boolean; list_id: string | null }
export interface Row {
  row: number;
  outcome: Outcome;
  reason: string;
  title: string;
  anime_id: string | null;
  anime_title: string | null;
  before: Values | null;
  after: Values | null;
  decision: "take" | "keep" | "skip" | null;
  candidates?: { anime_id: string; title: string; format: string; year: number | null }[];
}
export interface Decision { row: number; decision?: string | null; anime_id?: string }
/** What a format cannot say of this list. */
export interface Fidelity {
  fields: Record<string, number>;
  examples: Record<string, { title: string; here: unknown; there: unknown }[]>;
  unnamed: number;
  ambiguous: number;
  lists: number;
}

// --- Statistics ----------------------------------------------------------------------

/** Titles by something of theirs, which `genre`, `studio`, `format` … name. */
export interface Counted {
  titles: number;
  mean_score?: number | null;
  genre?: string;
  studio?: string;
  format?: string;
  status?: string | 0;
}
export interface NamedTitle { anime_id: string; title: string; imageUrl: string | null }
export interface OfDay { day: string; episodes: number }
export interface OfMonth { month: string; episodes: number }
export interface OfWeekday { weekday: string; episodes: number }
export interface OfYear { year: number | null; titles: number }
export interface OfScore { score: number; titles: number }
export interface Statistics {
  totals: { titles: number; completed: number; episodes: number; minutes: number; mean_score: number | null };
  scores: OfScore[];
  watched: { years: { year: number; episodes: number }[]; months: OfMonth[]; calendar: OfDay[]; weekdays: OfWeekday[]; days: number };
  by_genre: Counted[];
  by_studio: Counted[];
  by_format: Counted[];
  by_type: (Counted & { type: Type })[];
  by_state: (Counted & { state: string })[];
  by_year_finished: OfYear[];
  by_year: OfYear[];
  streaks: { longest: { days: number } | null; current: { days: number } | null };
}
export interface Review {
  year: number;
  month: number | null;
  totals: { titles: number; added: number; finished: number; episodes: number; minutes: number; days: number };
  most_watched: (NamedTitle & { episodes: number })[];
  finished: (NamedTitle & { finished_on: string })[];
  first_watched: (NamedTitle & { day: string }) | null;
  last_watched: (NamedTitle & { day: string }) | null;
  busiest_month: OfMonth | null;
  busiest_day: OfDay | null;
  longest_streak: { days: number; first: string; last: string } | null;
  weekdays: OfWeekday[];
  months: OfMonth[];
  calendar: OfDay[];
  by_genre: Counted[];
  by_studio: Counted[];
}

export interface PersonalToken {
  id: string; name: string; prefix: string; scopes: string[]; mature: boolean; created_at: string;
  expires_at: string | null; last_used_at: string | null; last_used_from: string | null;
}
/** An app that has access, as /api/user/apps has it. */
export interface AppAccess {
  id: string; name: string; description: string; website: string | null; scopes: string[]; mature: boolean;
  since: string; last_used_at: string; last_used_from: string | null; sign_ins: number;
}
/** What was taken back of what an app did, or would be. */
export interface AppUndone {
  dry_run: boolean; size: number; changes: ToldChange[]; conflict_count: number; conflicts: KeptValue[];
  left_alone: { kind: string; changes: number }[];
}
export interface KeptValue {
  anime_id: string | null; title: string; field: string; expected: unknown; found: unknown;
  by: { through: string; token_name: string; at: string } | null;
}
/** An app, as its maker sees it. */
export interface RegisteredApp {
  id: string; client_id: string; name: string; description: string; website: string | null; redirect_uris: string[];
  confidential: boolean; secret_prefix: string | null; created_at: string; stopped_at: string | null; stopped_why: string | null;
}
export interface NewRegisteredApp extends RegisteredApp { client_secret: string | null }
export interface Person { user_name: string; state: "none" | "asked" | "following" | "blocked"; since: string }
export interface Between extends Omit<Person, "since"> { follower: "none" | "asks" | "follows" }
/** What somebody watched with another, as /api/user/together has it. */
export interface Together {
  id: string; user_name: string; anime_id: string; title: string; imageUrl: string | null; total_episodes: number | null;
  first: number; last: number; watched_on: string; state: "given" | "waiting" | "accepted"; since: string;
}
export interface Watcher { user_name: string; type: string; state: string; progress: number; score: number | null }
/** What one may like, and why. */
export interface Recommendation {
  anime: Anime;
  because: { anime_id: string; title: string; kind: "people" | "genres" }[];
}
export interface HiddenTitle { anime_id: string; title: string | null; scope: "title" | "franchise" }
/** A title of two lists. */
export interface ComparedTitle { anime_id: string; title: string; imageUrl: string | null }
/** What somebody did to a title, as /api/user/feed has it. */
export interface FeedItem {
  user_name: string; avatar: string | null; anime_id: string; title: string; imageUrl: string | null;
  total_episodes: number | null; format: string | null; year: number | null; did: string[];
  episodes: { first: number; last: number } | null; score: number | null; at: string;
}
export interface Device {
  id: string; kind: "browser" | "app"; is_current: boolean; browser: string | null; system: string | null;
  user_agent: string; signed_in_at: string | null; last_seen_at: string | null; network: string | null;
  network_known_since: string | null; expires_at: string;
}
export interface EmailAddress { email: string; confirmed_at: string | null; asked: string | null }
export interface Provider { id: string; name: string }
export interface Identity { id: string; provider: Provider; email: string; created_at: string; last_used_at: string | null }
/** What came from a player, as /api/user/scrobbles has it. */
export interface Scrobble {
  id: string; state: "done" | "already" | "waiting" | "dismissed" | "undone"; reason: string | null; why: string | null;
  player: string; account: string; library: string; type: "episode" | "film"; series: string; title: string;
  season: number | null; episode: number | null; episode_end: number | null; year: number | null;
  watched_at: string; came_at: string; matched_by: string | null; anime_id: string | null; anime_title: string | null;
  imageUrl: string | null; anime_episode: number | null; operation_id: string | null; token_id: string | null; token_name: string;
  candidates: { anime_id: string; title: string; imageUrl: string | null; format: string; year: number | null; episodes: number | null }[];
}
export interface ScrobbleRule {
  id: string; type: "episode" | "film"; series: string; season: number | null; anime_id: string | null;
  anime_title: string | null; offset: number; created_at: string;
}
export interface ScrobbleSource {
  token_id: string; accounts: string[]; libraries: string[]; least_percent: number; fills_gaps: boolean;
  heard_at: string | null; heard: string | null;
}
export interface NewPersonalToken extends PersonalToken { token: string }

// --- Second factors ------------------------------------------------------------------

export type Way = "password" | "authenticator" | "passkey" | "recovery_code";
export type Given = Record<string, unknown>;
interface Credential { id: string; rawId: string; type: string }
export interface UsedPasskey extends Credential {
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle: string };
}
export interface AddedPasskey extends Credential { response: { clientDataJSON: string; attestationObject: string } }
export interface PasskeyRow { id: string; name: string; created_at: string; last_used_at: string | null; is_synced: boolean }
export interface Security {
  passkey_domain: string | null; passkeys: PasskeyRow[];
  authenticator: { added_at: string; last_used_at: string | null } | null;
  recovery_codes_left: number; factor_removal: { asked_at: string; due_at: string } | null;
}
export interface BegunAuthenticator { secret: string; address: string; picture: string }
/** Does it, with a fresh proof where one is needed, and draws the page again; undefined where it failed, which is said. */
export type Act = <Made>(work: () => Promise<Made>, said?: string) => Promise<Made | undefined>;
