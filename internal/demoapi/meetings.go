package demoapi

type aiConfig struct {
	Transcription struct {
		Keywords        []string `json:"keywords"`
		Language        string   `json:"language"`
		ProfanityFilter bool     `json:"profanity_filter"`
	} `json:"transcription"`
	Summarization struct {
		Type      string `json:"summary_type"`
		Format    string `json:"text_format"`
		WordLimit int    `json:"word_limit"`
	} `json:"summarization"`
}

// ai returns the settings for transcripts and summaries, or nil if there are none.
func (m *meeting) ai() *aiConfig {
	if !m.TranscribeOnEnd {
		return nil
	}
	c := &aiConfig{}
	c.Transcription.Keywords, c.Transcription.Language = []string{"Northwind"}, "en-US"
	c.Summarization.Type, c.Summarization.Format, c.Summarization.WordLimit = "team_meeting", "markdown", 500
	return c
}
