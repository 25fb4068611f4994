package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// prompts are what a user starts from a menu. Each asks for a meeting, by title
// or id, and tells the model which tool answers and how.
func prompts() []server.ServerPrompt {
	return []server.ServerPrompt{
		prompt(
			"who_attended",
			"Who attended?",
			"Who came to a meeting's latest session, who was late and who did not come",
			"Call get_meeting_attendance for the meeting %s. Answer in a few sentences: how many of those "+
				"invited came, who did not come, who was late or left early, and who came without being on the "+
				"roster. Pass on what the notes say. If the session is live, say as of when.",
		),
		prompt(
			"draft_follow_ups",
			"Draft follow-ups",
			"Messages to those who attended a meeting and to those who did not",
			"Call get_meeting_attendance and get_session_recap for the meeting %s; for who said or promised "+
				"what, call get_session_recap with speaker or search. Draft one short message for each person who "+
				"attended, thanking them and fitting how long they were there and what the recap says was decided "+
				"or left to them, and one message for all who did not come, telling them what they missed. Address people by "+
				"their name as given. What the recap does not say, do not invent: ask me for it where a message needs it. Send nothing.",
		),
		prompt(
			"attendance_trend",
			"Attendance trend",
			"How attendance of a recurring meeting develops",
			"Call compare_attendance with sessions=10 for the meeting %s. Tell how attendance developed from "+
				"session to session, who came to all, who missed the last ones in a row, and who came for the "+
				"first time. Suggest no reasons that the data does not show.",
		),
	}
}

func prompt(name, title, description, text string) server.ServerPrompt {
	return server.ServerPrompt{
		Prompt: mcp.NewPrompt(name, mcp.WithPromptTitle(title), mcp.WithPromptDescription(description),
			mcp.WithArgument("meeting", mcp.ArgumentDescription("Title or id of the meeting"), mcp.RequiredArgument())),
		Handler: func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			meeting := untrusted.Line(req.Params.Arguments["meeting"], 200)
			if meeting == "" {
				return nil, errors.New(`the prompt's argument "meeting" is required: a title or an id, for example "stand-up"`)
			}
			argument := fmt.Sprintf("with meeting=%q", meeting)
			return mcp.NewGetPromptResult(description, []mcp.PromptMessage{
				mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(fmt.Sprintf(text, "("+argument+")"))),
			}), nil
		},
	}
}

// completer is a function and not a struct: what an interface's value can reach,
// the linker keeps, and that would be every method of the SDK's services (1 MB).
type completer func(ctx context.Context, typed string) (*mcp.Completion, error)

// CompletePromptArgument completes the only argument that prompts have.
func (c completer) CompletePromptArgument(
	ctx context.Context,
	_ string,
	argument mcp.CompleteArgument,
	_ mcp.CompleteContext,
) (*mcp.Completion, error) {
	return c(ctx, argument.Value)
}

const maxCompletions = 20

// completeTitle offers the titles of meetings while an argument is typed. It
// makes one request, since a client asks at every key.
func (d *Deps) completeTitle(ctx context.Context, typed string) (*mcp.Completion, error) {
	out := &mcp.Completion{Values: []string{}}
	app, err := d.finder(d.zone()).App(ctx, which.Place{})
	if err != nil {
		return out, nil //nolint:nilerr // a menu has no place for an error; the tool will tell it
	}
	no, per := 1, maxCompletions
	page, err := d.API.MeetingsPage(
		ctx,
		app.AppRef,
		client.MeetingFilter{Search: untrusted.Line(typed, 200)},
		client.PageRequest{No: &no, Per: &per},
	)
	if err != nil {
		return out, nil //nolint:nilerr // as above
	}
	for _, m := range page.Items[:min(len(page.Items), maxCompletions)] {
		if title := untrusted.Line(m.Title, 120); title != "" {
			out.Values = append(out.Values, title)
		}
	}
	out.Total = max(page.Total, len(out.Values))
	out.HasMore = out.Total > len(out.Values)
	return out, nil
}
