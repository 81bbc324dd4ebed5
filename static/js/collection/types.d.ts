/** What the library takes and gives. Types alone: no browser loads this file. */

export type Type = "Collection" | "Completed" | "To Watch" | "Watching";
export type State = "active" | "on_hold" | "rewatching" | "dropped";

/** What an entry has of the catalogue. */
export interface AnimeFacts {
  title: string;
  imageUrl: string | null;
  rating: number | null; // the catalogue's, 0–10
  episodes: number | null; // null: unknown
  format: string;
  airing_status: string;
  season: string | null;
  year: number | null;
}

/** What is the user's own. */
export interface Fields {
  type: Type;
  state: State;
  progress: number; // episodes watched
  score: number | null; // 0–10
  rewatches: number;
  started_on: string | null; // "2017", "2017-10" or "2017-10-03"
  finished_on: string | null;
  notes: string;
  tags: string[];
  priority: number;
  is_private: boolean;
  custom_title?: string; // what its user calls it; absent of a copy kept before
  episode_ranges?: EpisodeRanges | null; // null or absent: progress says it all
}
/** Which episodes were watched and skipped, such as "1-12,14". Sent, one that is absent stays. */
export interface EpisodeRanges { watched?: string; skipped?: string }
export type FieldName = keyof Fields;
/** Some fields, as they are sent: null clears. */
export type Sent = { [Name in FieldName]?: Fields[Name] | null };

/** What had aired when the server answered: it changes with time alone, and no sync tells
 * of it. Once `next_airs_at` is past, ask again. An entry that was added offline has none.
 */
export interface Airing {
  episodes_aired?: number | null; // null: unknown
  behind_by?: number | null; // aired, and neither watched nor skipped
  next_airs_at?: string | null; // "2026-12-05T15:30:00Z", "2026-12-05" or "2026-12"
  next_airs_estimated?: boolean | null; // true: computed from weekly times
}

/** What the list says of one anime (GET /api/user/watchList). */
export interface Entry extends AnimeFacts, Fields, Airing {
  id?: string; // absent while it is not on the server yet
  anime_id: string;
  added_at: string;
  updated_at: string;
  revision: number;
  pending?: boolean; // has changes that are not sent yet
}

/** An operation of POST /api/user/watchList/batch. */
export interface Operation extends Sent {
  op: "add" | "update" | "move" | "increment" | "remove" | "viewing_begin" | "viewing_update" | "viewing_remove"
    | "list_create" | "list_update" | "list_remove" | "list_put" | "list_take_off";
  animeId: string; // "" of an operation of a list as a whole
  id?: string;
  by?: number;
  fresh?: boolean;
  if_revision?: number;
  watched_on?: string;
  quiet?: boolean; // followers are not told
  number?: number; // of a viewing
  listId?: string; // of `list_…`: its id, or that of the operation that makes it
  rank?: string;
  name?: string;
  description?: string | null;
  pinned?: boolean;
  leave_when_completed?: boolean;
  kind?: "manual" | "smart";
  rules?: Rules;
}

/** What a batch answers of one operation. */
export interface Result {
  ok: boolean;
  status: number;
  entry: Entry | null;
  code?: string;
  error?: string;
  fields?: Record<string, string[]>;
  details: { entry: Entry };
}

/** Something to be sent: an operation on the list, or any other write. */
export interface Unsent {
  place?: number; // its place in the queue; given by the database
  id: string; // its idempotency key
  operation?: Operation;
  request?: { method: string; path: string; body: unknown; ifMatch?: number };
  watched?: object; // the row of the diary that a request corrects, as it was seen
  wholes?: Partial<Wholes>; // what a request makes of profile, preferences …
  seen?: Entry | null; // the entry that the user decided on
  anime?: Partial<AnimeFacts>; // facts of an anime that is added
  tried: boolean; // may have been done: it must be sent as it is
  at: string;
}

/** What a batch does to the queue: leave it, stay in it (changed), become a conflict. */
export interface Outcome {
  done: Unsent[];
  again: Unsent[];
  conflicts: Conflict[];
}

/** A change that another device overtook, and that only the user can decide. */
export interface Conflict {
  animeId: string;
  title: string;
  seen: Sent; // the fields as they were when it was made
  yours: Sent;
  theirs: Sent | null; // null: removed
  type: Type; // to add it again, where it was removed
  at: string;
}

/** What the catalogue says of a title besides: an entry brings the main title alone. */
export interface TitleFacts {
  id: string;
  english_title: string | null;
  native_title: string | null;
  genres: string[];
  at: number; // when it was asked for, in milliseconds
}

export interface Profile {
  name: string | null;
  last_name: string | null;
  birthday: string | null;
  avatar: string | null;
  frequency: string | null;
  preferred_format: string | null;
}

export interface Preferences {
  enfasiscolor: string;
  enfasis_color?: string;
  parentalControl: boolean;
  parental_control?: boolean;
  trackSearchHistory: boolean;
  scoreFormat: ScoreFormat;
  titleLanguage: "romaji" | "english" | "native";
  timezone?: string;
  language: string;
  theme: string;
  mutedNotices?: NoticeKind[]; // kinds that are not wanted
  noticeDigest?: "off" | "daily" | "weekly"; // those unread, by mail
  webPush?: boolean;
  addSequels?: boolean; // of what was completed, to To Watch
  helpRecommend?: boolean; // whether the list counts for what others are recommended
  audience?: Record<string, Audience>; // who sees what: profile, stats, watching …
}
export type ScoreFormat = "10.0" | "10" | "100" | "5" | "3";

/** A search of the user's own. */
export interface Search {
  id: string;
  query: string;
  type: string | null;
  appliedFilters: Record<string, string>;
  totalResults: number;
  timestamp: string;
}

/** One time through a title. */
export interface Viewing {
  id: string;
  anime_id: string;
  number: number; // which time; it never changes
  state: "active" | "finished" | "dropped";
  started_on: string | null;
  finished_on: string | null;
  progress: number;
  score: number | null;
  notes: string;
  where: string;
  episode_ranges?: EpisodeRanges;
  revision: number;
}

export type NoticeKind = "episode" | "first" | "finale" | "sequel" | "moved" | "merged" | "follow_request" | "follower" | "together";

/** What happened to a title of the list. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  at: string; // when it happened
  read_at: string | null;
  anime_id: string | null;
  title: string | null; // null: the catalogue has it no more
  imageUrl: string | null;
  first_episode: number | null;
  episode: number | null;
  episodes: number | null;
  airs_at: string | null; // a time, a day or a month
  was_at: string | null; // before it moved
  estimated: boolean | null;
  related_id: string | null; // of a sequel what it goes on with, of a merge what went
  related_title: string | null;
  added: boolean; // the sequel was added to the list
  text: string | null;
}

/** Who sees a thing besides its owner; each has those before it too. */
export type Audience = "nobody" | "link" | "followers" | "everyone";

/** A list of one's own. In no order: pages sort them. */
export interface OwnList {
  id: string;
  name: string;
  description: string;
  kind: "manual" | "smart";
  rules: Rules | null; // of a smart list
  ordering: string | null;
  leave_when_completed: boolean;
  pinned: boolean;
  audience?: Audience;
  client_key: string | null; // the id of the operation that made it
  size: number | null; // null of a smart list: its items say it
  created_at: string;
  updated_at: string;
  revision: number;
  items_revision: number; // grows with each change of what is on it
}

/** Conditions on titles `from` somewhere, joined by all, any and not: docs/lists.md. */
export type Rules = Record<string, unknown>;

/** What sync gives as a whole, by WHOLES. */
export interface Wholes {
  profile: Profile | null;
  preferences: Preferences | null;
  searchHistory: Search[] | null;
  viewings: Viewing[] | null; // as the server keeps them; `viewingsOf` shows them
  notices: Notice[] | null; // the newest 100
  lists: OwnList[] | null; // without what is on them
}

/** A page of sync. */
export interface Changes extends Wholes {
  entries: Entry[];
  removed: string[];
}

/** A message of the live feed. Of what there may be many, only what changed. */
export interface Message extends Omit<Changes, "searchHistory" | "viewings" | "notices" | "lists"> {
  type: string;
  since: string;
  cursor: string;
  sync?: boolean; // too much for a message: ask sync
  searches?: Some<Search> | null;
  viewings?: Some<Viewing> | null;
  notices?: Some<Notice> | null;
  lists?: Some<OwnList> | null;
}

export interface Some<Row> { saved: Row[]; removed: string[] }

/** What a player plays, while it does. */
export interface Playing {
  state: "playing" | "paused" | "stopped";
  player: string;
  anime_id: string | null; // where it was recognised
  episode: number | null;
  series: string;
  title: string;
  percent: number | null;
}

/** What a Collection tells, by the name of the event. */
export interface Events {
  playing: Playing;
  changed: { ids: string[] | null };
  wholes: { names: (keyof Wholes)[] };
  titles: { ids: string[] };
  status: undefined;
  conflict: Conflict;
  sent: { id: string; operation?: string };
  refused: { unsent: Unsent | null; error: unknown };
}

/**
 * A change as `undo` takes it: its ids; each entry before and after, the day of its episodes,
 * and the viewing after the first that was active before.
 */
export interface Change {
  ids: string[];
  isAgain?: boolean; // it began another viewing
  isQuiet?: boolean; // followers were not told
  entries: [animeId: string, before: Entry | null, after: Entry | null, day: string, viewing?: number][];
}

/**
 * `left`: signed out in another tab. `other_account`: the browser's cookie is of somebody
 * else by now. After both nothing is sent any more, and what waits stays on the device.
 */
export type Status =
  | "starting" | "settled" | "sending" | "waiting" | "offline" | "signed_out"
  | "left" | "other_account";

export interface User {
  id: string;
  name: string;
  avatar: string | null;
  banner_image: string | null;
}
export interface SignIn { email: string; password: string }
export interface SignUp extends SignIn { user_name: string; timezone?: string; language?: string }

export interface Options {
  base?: string; // "https://anime.example.org"; this page's own if absent
  fetch?: typeof fetch;
  socket?: typeof WebSocket | null; // null: no live feed
  poll?: number; // seconds from one question to the next while there is no live feed: 60
  sleep?: (seconds: number) => Promise<void>;
  name?: string; // which local copy, if one user has several
  account?: string; // whom requests are for (X-Account); a Collection's own
  key?: CryptoKey | null; // opens what was sealed at sign-out (sealing.js)
  titles?: boolean; // false: other names and genres are not asked for
  first?: string; // a query of the list: what a first load shows at once
  firstShown?: () => Promise<void>; // ends when the rest may take the network
}

/** How to ask. `check`: whether an answer has the shape that is needed (else Unexpected). */
export interface Asking {
  key?: string;
  ifMatch?: number;
  signal?: AbortSignal;
  check?: (data: any, meta: any) => unknown;
}

/** What the server answered; who asks names what it is. */
export interface Answer<Data = any> {
  data: Data;
  meta: {
    cursor: string; next_cursor?: string | null; has_more?: boolean; total?: number; operation_id?: string;
    progress?: { done: number; total: number; minutes_left: number }; // of a list of one's own
  };
}

/** The body of a refusal. */
export interface Failure {
  code?: string;
  error?: string;
  fields?: Record<string, string[]>;
  details?: Record<string, any>;
  request_id?: string;
}

/** What is encrypted at sign-out. */
export interface Sealed { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer; count: number }
export interface Kept { unsent: Unsent[]; conflicts: Conflict[] }

/** What the database has besides rows. */
export interface Facts extends Partial<Wholes> {
  cursor?: string;
  isPartial?: boolean;
  key?: CryptoKey;
  sealed?: Sealed;
}

/** What lies in each object store; entries and titles on shelves of neighbours. */
export interface Rows {
  entries: Entry[];
  unsent: Unsent;
  conflicts: Conflict;
  titles: TitleFacts[];
  facts: unknown;
}
type Coming<Value> = IDBRequest<Value> | Promise<Value>;
type Key = string | number;
/** What is used of an object store, on the disk or in memory. */
export interface Table<Row> {
  get(key: Key): Coming<Row | undefined>;
  getAll(): Coming<Row[]>;
  getAllKeys(): Coming<IDBValidKey[]>;
  add(row: Row): Coming<IDBValidKey>;
  put(row: Row, key?: Key): Coming<IDBValidKey>;
  delete(key: Key): unknown;
  clear(): unknown;
}
/** A transaction: its tables by name. */
export type At = (<Name extends keyof Rows>(store: Name) => Table<Rows[Name]>) & {
  transaction: IDBTransaction;
};
