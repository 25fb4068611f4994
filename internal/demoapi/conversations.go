package demoapi

// texts are what was said and written in one session: speakers are numbers of
// its people.
type texts struct {
	talk, chat []said
	summary    string
}

// pilotCall is from two weeks ago, so that of its texts only the chat is left.
var pilotCall = texts{
	talk: []said{
		{0, "Welcome back. How does the pilot go?"},
		{2, "Two of our teams use it. The mobile app drains the battery, they say."},
		{1, "That is fixed in the next release."},
	},
	chat: []said{
		{2, "Pilot report: battery drain on older phones, 12 complaints"},
		{1, "Fixed in 4.2, out next week"},
	},
	summary: "The pilot runs in two teams. The battery drain of the mobile app is fixed in the next release.\n",
}

// signOnCall is recent enough for all of its texts.
var signOnCall = texts{
	talk: []said{
		{0, "Hello Dana. Single sign-on is first on the list today."},
		{2, "Yes. Our identity team wants single sign-on before the rollout, with SAML."},
		{1, "SAML is there. We need your metadata file."},
		{2, "You get the metadata file on Monday."},
		{0, "And the renewal?"},
		{2, "The renewal depends on single sign-on. Let us talk about the price next time."},
	},
	chat: []said{
		{1, "SAML guide: https://docs.northwind.example/saml"},
		{2, "Thanks, forwarded to identity"},
	},
	summary: "Contoso wants single sign-on with SAML before the rollout.\n\n" +
		"**Actions**\n- Dana: send the metadata file on Monday.\n",
}

// renewalCall is the latest with Contoso.
var renewalCall = texts{
	talk: []said{
		{0, "Thanks for joining. Today it is the renewal, and where the data is kept."},
		{3, "Legal asks for data residency in Frankfurt. Without it we cannot sign the renewal."},
		{1, "Frankfurt is possible from January on."},
		{3, "Good. And the price? We hoped for a discount of ten percent."},
		{0, "Ten percent for two years, that I can offer."},
		{2, "I lost the connection for a moment. Did we agree on the discount?"},
		{0, "Ten percent, if Contoso renews for two years."},
		{4, "Sorry, I am late. Procurement needs the offer by the end of the month."},
		{1, "Then I send the offer on Thursday."},
		{3, "Perfect. We decide within a week."},
	},
	chat: []said{
		{1, "Data residency: https://docs.northwind.example/regions"},
		{3, "Forwarding this to legal"},
		{4, "Purchase order comes from me"},
	},
	summary: `## Contoso: renewal

**Decisions**
- Ten percent discount if Contoso renews for two years.

**Actions**
- Emily: send the offer on Thursday.
- Contoso: decide within a week.

Open: data residency in Frankfurt, from January on.
`,
}

// tourQuestions are asked in the chat of the tour, one each week.
var tourQuestions = []said{
	{2, "Is there a mobile app?"},
	{3, "Does it work behind a proxy?"},
	{5, "How long are recordings kept?"},
	{6, "Can I export the attendance to a spreadsheet?"},
	{2, "Is there a sandbox for testing?"},
	{4, "Do you support breakout rooms?"},
	{7, "Which languages do the subtitles have?"},
	{3, "Can guests join without an account?"},
}

func tourTexts(week int) *texts {
	question := tourQuestions[week%len(tourQuestions)]
	return &texts{
		talk: []said{
			{0, "Welcome to the product tour. Questions go to the chat."},
			{1, "I show how to create a meeting, and how to invite people."},
			{0, "There is a question in the chat: " + question.text},
			{1, "Good question. The answer is in the handbook, and I show it now."},
			{0, "Thank you all. The recording is sent to everybody who registered."},
		},
		chat:    []said{question, {1, "See the handbook: https://docs.northwind.example/start"}},
		summary: "The product was shown. One question was asked: " + question.text + "\n",
	}
}
