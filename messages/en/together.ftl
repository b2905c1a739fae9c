## The page of the partner

together-title = Partner
# A button that opens this page
together-open = Open
together-intro = Two people can keep one weekly goal together. Each sits when they like; both see one lotus open.
together-needs-account = To invite somebody you need an account: both of you use the same project.
together-as-of = As of { $when }
together-never = Nothing was read from the project yet.
together-waits = Waits for the network
together-waits-sign-in = Waits until you sign in
together-signed-out = You are signed out. To bow, to choose what your partner sees, or to leave, sign in again.
together-profile-there = Your name, your picture and your target are on the account page.
together-profile-open = Profile and target

## Inviting

together-invite-title = Invite somebody
together-invite-text = An invitation is for one person and can be accepted for seven days. It contains a secret: whoever has it can accept it.
together-invite-expired = Your last invitation has expired.
together-invite-nameless = You have no name yet, so the invitation does not say who you are.
together-invite-name = Enter a name
together-invite = Create invitation
together-invite-show = Show invitation
together-invite-send = Send this text to the person with whom you want to sit, in any way you like. It can be accepted until { $when }.
together-invite-invitation = Your invitation
together-invite-copy = Copy text
together-invite-copy-link = Copy link only
together-invite-copied = The text is copied.
together-invite-copied-link = The link is copied.
# The system does not let Zafu copy: the text is selected instead
together-invite-selected = The text is selected. Copy it with Ctrl+C or ⌘C.
together-invite-open = Your invitation can be accepted until { $when }.
together-invite-elsewhere = You made an invitation on another device. It can be accepted until { $when }. A new one replaces it.
together-withdraw = Withdraw

## Joining

together-join-title = Join somebody
together-join-text = Paste the text or the link that you have received. You accept only after you have seen who invites you.
together-join-asks = If you look at it, Zafu asks the server { $host } who invites you.
together-join-invitation = Invitation
together-join-look = Look at it
together-join-who = { $name } invites you to a shared week
together-join-unnamed = Somebody without a name invites you to a shared week
# Who invites is known only after signing in
together-join-unknown = You are invited to a shared week
together-join-host = The project is { $host }. Its administrator can read what is stored there.
together-join-until = The invitation can be accepted until { $when }.
together-join-texts = Your notes and labels
together-join-texts-keep = Stay where you write them
together-join-texts-send = Go to the project
together-join-texts-hint = If they stay, each stays on the device on which you write it. Your other devices do not get it either.
together-join-accept = Accept
together-join-sign-in = Sign in or create an account…
together-join-sign-in-hint = You need an account in the project { $host }. Use a new password, because somebody else administers this project. After signing in, you are asked again whether you accept.
together-join-other-project = This invitation is for an account at { $host }, and yours is in another project. To accept, sign out on the account page, then look at the invitation again: it leads you to the sign-in there. Your sits stay on this computer.
together-join-has-partner = You have opened an invitation, but you have a partner already. To accept it, leave the partnership first.
together-join-cancel = Not now

## A partnership

together-week = This week
# Sits of both, and their goal
together-count = { $sits } of { $goal }
together-resting = A week of rest, without a goal
together-days-left =
    { $count ->
        [one] one day left
       *[other] { $count } days left
    }
together-hours-left =
    { $count ->
        [one] one hour left
       *[other] { $count } hours left
    }
# $left: 3 days left
together-left-kept = { $left }; the week is kept
# What a screen reader says instead of the picture; left: 3 days left
together-described = { $sits } of { $goal } sits this week; you { $mine }, { $name } { $partners }; { $left }
together-described-resting = A week of rest, without a goal; you { $mine }, { $name } { $partners }; { $left }
together-you = You
together-partner-unnamed = Your partner
# A user without a name, as others see them
together-unnamed = No name
# Sits of this week, and how many one wants to sit in a week
together-share = { $sits } of { $target }
together-share-later =
    { $target ->
        [0] { $sits }; resting from next week
       *[other] { $sits }; target { $target } from next week
    }
together-share-resting =
    { $count ->
        [one] { $count } sit, resting
       *[other] { $count } sits, resting
    }
together-kept = Kept { $kept } of { $weeks } weeks
together-weeks = Past weeks
together-weeks-all = Show all { $count } weeks
together-week-kept = { $sits } of { $goal } sits, kept
together-week-open = { $sits } of { $goal } sits
together-week-resting =
    { $count ->
        [one] { $count } sit in a week of rest
       *[other] { $count } sits in a week of rest
    }
together-bow = Bow to { $name }
together-bow-waits = Your bow to { $name } waits for the network.
together-bow-waits-sign-in = Your bow to { $name } waits until you sign in.
together-bow-later = You can bow after { $name }’s next sit.
together-sat-title = Sat together
together-sat = { $length } on { $weekday }, { $day }

## The week in one line, on the page on which a sit is prepared and on the page after it

together-line-mine = { $sits } of { $goal } this week
together-line-ours = { $sits } of { $goal } together this week

## Privacy

together-privacy-title = What your partner sees
together-privacy-counts = Number of sits
together-privacy-times = Also when you sat
together-privacy-text = Never notes, labels, your email address or your devices.
together-shown-counts = { $name } sees your name, your picture, your target, and the number of your sits in each shared week.
together-shown-times = { $name } sees your name, your picture, your target, the number of your sits in each shared week, and, if both of you choose this, the times in which you both sat. To find them, { $name }’s device gets the times of all your sits of the last 28 days.
together-see = What my partner’s device gets
together-see-no-times = The times of your sits are not shown.
together-see-none = No sits in the last 28 days
together-leave-title = End the partnership
together-leave = Leave…
together-leave-text = Your sits stay yours, and kept weeks stay kept. Both of you can have another partner afterwards.
together-leave-ask = Leave the partnership with { $name }?
together-leave-confirm = Leave
together-leave-cancel = Stay
together-leave-waits = You have left the partnership. Your partner learns it once the network is there.
together-leave-waits-sign-in = You have left the partnership. Your partner learns it once you sign in again.
together-former-title = Earlier partnerships
together-former = { $from } to { $to }: kept { $kept } of { $weeks } weeks

## News, on the page of the partner

together-news-title = News
together-news-joined = Your partner accepted your invitation.
together-news-bow = Your partner bowed to you.
# $start: the first day of the week
together-news-kept = You both kept the week from { $start } on.
together-news-kept-some = You both kept a week.
together-news-left = Your partner ended the partnership.

## Profile and target, on the account page

together-profile-title = Profile
together-profile-text = Whoever has an invitation of yours sees your name and your picture. A partner also sees your target.
together-profile-name = Name
together-profile-picture = Picture
together-profile-initial = Initial
together-target = Sits a week
together-target-text = In a shared week, a change counts from the next week on. 0 means that you are resting.
together-target-invalid = Enter a whole number from 0 to { $most }.
together-image-lotus = Lotus
together-image-bowl = Singing bowl
together-image-stone = Stones
together-image-leaf = Leaf
together-image-wave = Wave
together-image-moon = Moon
together-image-mountain = Mountain
together-image-bird = Bird

## In the settings

together-settings = Week
together-settings-lotus = The lotus shows
together-settings-sit = The sit
together-settings-mine = My week
together-settings-ours = Our week
together-settings-hint = Without a partner, our week shows the sit.
together-settings-notify = Notify me of news of my partner
together-settings-notify-hint = Joined, bowed, left, and when a week is kept
