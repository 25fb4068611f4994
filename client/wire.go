package client

// The lists of people are decoded by encoding/json, for they are what a call
// spends its time on: the SDK's own decoding takes two to three times as long.
// Fields are those of the SDK's types; times stay text, so that one which is no
// time does not cost the page.

// wireParticipant is realtime_kit.MeetingGetMeetingParticipantsResponseData.
type wireParticipant struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Picture   string `json:"picture"`
	CustomID  string `json:"custom_participant_id"`
	Preset    string `json:"preset_name"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

// wirePeer is realtime_kit.SessionGetSessionParticipantsResponseDataParticipant.
type wirePeer struct {
	ID       string  `json:"id"`
	UserID   string  `json:"user_id"`
	CustomID string  `json:"custom_participant_id"`
	Name     string  `json:"display_name"`
	Preset   string  `json:"preset_name"`
	JoinedAt string  `json:"joined_at"`
	LeftAt   string  `json:"left_at"`
	Duration float64 `json:"duration"`
}

// wirePaging is realtime_kit.SessionGetSessionsResponsePaging, which other lists share.
type wirePaging struct {
	Total float64 `json:"total_count"`
	Start float64 `json:"start_offset"`
	End   float64 `json:"end_offset"`
}

func (p wirePaging) offsets() (total, start, end int) {
	return int(p.Total), int(p.Start), int(p.End)
}
