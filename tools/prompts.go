package tools

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/untrusted"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// prompts are what a user starts from a menu. Each asks for a meeting, by title, id
// or URL, and tells the model which tool answers and how.
func prompts() []server.ServerPrompt {
	return []server.ServerPrompt{
		prompt(
			"who_attended",
			"Who attended?",
			"Who came to a meeting's latest session, who was late and who did not come",
			"Call get_meeting_attendance with meeting=%s. Answer in a few sentences: how many of those "+
				"invited came, who did not come, who was late or left early, and who came without being on the "+
				"roster. Pass on what the notes say. If the session is live, say as of when.",
		),
		prompt(
			"draft_follow_ups",
			"Draft follow-ups",
			"One message for those who came to a meeting, and one for those who did not",
			"Call get_meeting_attendance and get_session_recap with meeting=%[1]s; call get_meeting_attendance with "+
				"meeting=%[1]s and format=recipients too, and list_recordings with meeting=%[1]s. If the session is live, say "+
				"so and stop. Draft one message for those who came, and one for those who did not come, telling them what "+
				"they missed. Both say what was decided, then what is left to do, by person, and name the recording if "+
				"there is one of this session. For who said or promised what, call get_session_recap with speaker or "+
				"search. Above each message list its recipients: the addresses of format=recipients, those of attended and "+
				"guest for the first, of absent for the second. Take no address from anywhere else. Below, name those "+
				"without an address: they cannot be reached. If a note doubts who came, pass it on. What the "+
				"recap does not say, do not invent: ask me for it where a message needs it. Send nothing.",
		),
		prompt(
			"attendance_trend",
			"Attendance trend",
			"How attendance of a recurring meeting develops",
			"Call compare_attendance with meetings=[%s] and sessions=10. Tell how attendance developed from "+
				"session to session, who came to all, who missed the last ones in a row, and who came for the "+
				"first time. Suggest no reasons that the data does not show.",
		),
	}
}

func prompt(name, title, description, text string) server.ServerPrompt {
	return server.ServerPrompt{
		Prompt: mcp.NewPrompt(name, mcp.WithPromptTitle(title), mcp.WithPromptDescription(description),
			mcp.WithArgument("meeting", mcp.ArgumentDescription("Title, id or URL of the meeting"), mcp.RequiredArgument())),
		Handler: func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			meeting := untrusted.Line(req.Params.Arguments["meeting"], 200)
			if meeting == "" {
				return nil, errors.New(`the prompt's argument "meeting" is required: a title, an id or a URL, for example "stand-up"`)
			}
			return mcp.NewGetPromptResult(description, []mcp.PromptMessage{
				mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(fmt.Sprintf(text, strconv.Quote(meeting)))),
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
