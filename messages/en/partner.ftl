## Partners: invitations, names

partner-invitation-no-link = There is no invitation in this text. Nothing was changed. Paste the whole message that you got, with the link that begins with zafu://join/.
partner-invitation-cut-off = The link of the invitation is incomplete. Nothing was changed. Copy the whole link, up to its end, and paste it again.
partner-invitation-mistyped = The link of the invitation is not as it was sent. Nothing was changed. Copy it again instead of typing it.
partner-invitation-unusable = This invitation cannot be used. { $error }
partner-name-empty = Your name is empty. Nothing was saved. Enter a name.
partner-name-too-long = A name can have at most 40 characters. Nothing was saved. Enter a shorter name.
partner-name-control-character = The name contains a line break or another invisible control character. Nothing was saved. Remove the character, then try again.
partner-refusal-not-open = This invitation is no longer open. Nothing was changed. Ask for a new one.
partner-refusal-own = This is your own invitation. Nothing was changed. Send it to the person with whom you want to sit.
partner-refusal-already-partners = You are partners already. Nothing was changed.
partner-refusal-in-partnership = You are in a partnership. Nothing was changed. Leave it first if you want another partner.
partner-refusal-too-many-attempts = Too many invitations that are not open were tried. Nothing was changed. Wait an hour, then try again.
# $code is the server's, such as bad_name.
partner-rejected-profile = The server does not accept your profile ({ $code }). It stays on this device. Change it, then it is sent again.
partner-rejected-target = The server does not accept your weekly target ({ $code }). It stays on this device. Change it, then it is sent again.
partner-rejected-privacy = The server does not accept what you chose to show to your partner ({ $code }). Your partner sees what they saw before. Choose again.
partner-rejected-bow = The server did not deliver your bow ({ $code }). Try again after your partner’s next sit.
partner-rejected-leave = The server did not end your partnership ({ $code }). You are still partners. Try again; if that fails, tell the project’s administrator.
# What the user sends to the person whom they invite. $link: zafu://join/…
partner-invitation-text =
    Would you like to sit with me? Zafu shows us how often each of us sits in a week.
    Open this link, or paste it in Zafu under Partner: { $link }
    It can be used once, within seven days.
partner-no-network = { $error } Inviting and joining need the network. Try again once you are connected: nothing is done twice.
partner-not-known = { $error } It is not known whether it was done. Try again: nothing is done twice.
partner-failed = { $error } Nothing was changed. Try again later; if that fails, tell the project’s administrator.
# $host: the address of the project, such as abc.supabase.co
partner-other-project = This invitation is for an account at { $host }, and yours is in another project. Nothing was changed. Sign out, then look at the invitation again: it leads you to the sign-in there.
