// Every read method of the SDK's RealtimeKit resources: how it is called, and
// the list or the object that its answer must hold. The types make nearly all
// of it optional, so that they alone would accept {}.

// calls tells of each method, in an order in which ids are learned before they
// are needed: "holds" is the path of what must be there, and not empty.
export const calls = [
  { method: "apps.get", holds: "data", args: ($) => [$.account] },
  { method: "meetings.get", holds: "data", args: ($) => [$.app_id, $.account] },
  { method: "meetings.getMeetingByID", holds: "data.id", args: ($) => [$.review_id, $.app] },
  {
    method: "meetings.getMeetingParticipants",
    holds: "data",
    args: ($) => [$.review_id, $.app],
    learn: ($, body) => ($.participant_id = body.data[0].id),
  },
  {
    method: "meetings.getMeetingParticipant",
    holds: "data.id",
    args: ($) => [$.participant_id, { ...$.app, meeting_id: $.review_id }],
  },
  { method: "activeSession.getActiveSession", holds: "data.id", args: ($) => [$.live_id, $.app] },
  {
    method: "sessions.getSessions",
    holds: "data.sessions",
    args: ($) => [$.app_id, { ...$.account, associated_id: $.review_id }],
    learn: ($, body) => ($.session_id = body.data.sessions[0].id),
  },
  {
    method: "sessions.getSessionDetails",
    holds: "data.id",
    args: ($) => [$.session_id, { ...$.app, include_breakout_rooms: true }],
  },
  {
    method: "sessions.getSessionParticipants",
    holds: "data.participants",
    args: ($) => [$.session_id, { ...$.app, include_peer_events: true }],
    learn: ($, body) => ($.peer_id = body.data.participants[0].id),
  },
  {
    method: "sessions.getSessionParticipantDetails",
    holds: "data.participant.id",
    args: ($) => [$.peer_id, { ...$.app, session_id: $.session_id, include_peer_events: true }],
  },
  {
    method: "sessions.getParticipantDataFromPeerID",
    holds: "data.participant.peer_report",
    args: ($) => [$.peer_id, { ...$.app, include_peer_events: true }],
  },
  { method: "sessions.getSessionSummary", holds: "data.summaryDownloadUrl", args: ($) => [$.session_id, $.app] },
  {
    method: "sessions.getSessionTranscripts",
    holds: "data.transcript_download_url",
    args: ($) => [$.session_id, { ...$.app, format: "JSON" }],
  },
  { method: "sessions.getSessionChat", holds: "data.chat_download_url", args: ($) => [$.session_id, $.app] },
  {
    method: "recordings.getRecordings",
    holds: "data",
    args: ($) => [$.app_id, $.account],
    learn: ($, body) => ($.recording_id = body.data[0].id),
  },
  { method: "recordings.getOneRecording", holds: "data.id", args: ($) => [$.recording_id, $.app] },
  { method: "recordings.getActiveRecordings", holds: "data.id", args: ($) => [$.live_id, $.app] },
  {
    method: "webhooks.getWebhooks",
    holds: "data",
    args: ($) => [$.app_id, $.account],
    learn: ($, body) => ($.webhook_id = body.data[0].id),
  },
  { method: "webhooks.getWebhookByID", holds: "data.id", args: ($) => [$.webhook_id, $.app] },
  {
    method: "presets.get",
    holds: "data",
    args: ($) => [$.app_id, $.account],
    learn: ($, body) => ($.preset_id = body.data[0].id),
  },
  { method: "presets.getPresetByID", holds: "data.id", args: ($) => [$.preset_id, $.app] },
  {
    method: "livestreams.getAllLivestreams",
    holds: "data.id",
    args: ($) => [$.app_id, $.account],
    learn: ($, body) => ($.livestream_id = body.data.id),
  },
  {
    method: "livestreams.getLivestreamSessionForLivestreamID",
    holds: "data.session.id",
    args: ($) => [$.livestream_id, $.app],
    learn: ($, body) => ($.livestream_session_id = body.data.session.id),
  },
  {
    method: "livestreams.getActiveLivestreamsForLivestreamID",
    holds: "data.session.id",
    args: ($) => [$.livestream_id, $.app],
  },
  {
    method: "livestreams.getLivestreamSessionDetailsForSessionID",
    holds: "data.id",
    args: ($) => [$.livestream_session_id, $.app],
  },
  { method: "livestreams.getMeetingActiveLivestreams", holds: "data.id", args: ($) => [$.live_id, $.app] },
  { method: "livestreams.getLivestreamAnalyticsComplete", holds: "data.count", args: ($) => [$.app_id, $.account] },
  { method: "livestreams.getLivestreamAnalyticsDaywise", holds: "data", args: ($) => [$.app_id, $.account] },
  {
    method: "livestreams.getOrgAnalytics",
    holds: "data.session_stats.day_stats",
    args: ($) => [$.app_id, $.account],
  },
  { method: "analytics.getOrgAnalytics", holds: "data.session_stats.day_stats", args: ($) => [$.app_id, $.account] },
];

// exceptions are what the declarations do not know and the sample account
// answers all the same. One that no answer needs is a failure.
export const exceptions = [
  {
    type: "SessionGetSessionParticipantsResponse",
    path: "data.paging",
    reason: "The documented examples page this list, inside data; the declarations have forgotten it.",
  },
];
