/** Names of players, by their word in the API. @type {Record<string, string>} */
export const PLAYERS = { plex: "Plex", jellyfin: "Jellyfin", emby: "Emby", kodi: "Kodi", tautulli: "Tautulli", own: "JSON" };
