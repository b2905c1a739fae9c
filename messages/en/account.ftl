account-title = Account
account-privacy = Your sits leave this computer with their times, labels and notes, and so do your profile and your weekly target.
account-privacy-kept = Your sits leave this computer with their times, but without labels and notes; so do your profile and your weekly target. Each note and label stays on the device on which you write it, until you change this on that device. Those that the project already has stay there.
# Follows one of the two above
account-privacy-readers = What is sent goes to your account’s project, whose administrator can read it. A partner gets only the part that the page Partner names, and whoever has an invitation of yours sees only your name and your picture. While you are not signed in, nothing is sent; but if you look at an invitation, signed in or not, Zafu asks the server in it who invites you.
account-texts = Your notes and labels
account-texts-keep = Stay where you write them
account-texts-send = Go to the project
account-texts-kept = On all your devices, new notes and labels stay on the device on which you write them. The other devices do not get them.
account-texts-sent = The notes and labels of this device are sent to the project. Devices that keep theirs go on until you choose there to send them.
account-texts-ask = Send your notes and labels to { $host }?
account-texts-ask-text = All notes and labels that are on this device are sent, also those that you wrote earlier. The administrator of { $host } can read them. This cannot be taken back.
account-texts-ask-confirm = Send them
account-texts-ask-cancel = Do not send

## Sign-in form. The project is a server of the user’s own, at Supabase or elsewhere.

account-intro = Zafu works without an account. With one, your sits sync between all your devices, through a Supabase project of your own.
account-intro-joining = You are invited to a shared week. Sign in to the project of the person who invites you, or create an account there. Then you are asked whether you accept.
account-signed-out-of = You are signed out of { $email }. All your sits are still here.
account-signed-out-of-pending =
    { $count ->
        [one] You are signed out of { $email }. One sit waits to be uploaded until you sign in again.
       *[other] You are signed out of { $email }. { $count } sits wait to be uploaded until you sign in again.
    }
account-project = Project
# “API Keys” and “Publishable key” are names on Supabase’s own pages
account-project-hint = You will find both in your project’s settings under API Keys.
account-url = Project URL
account-key = Publishable key
account-email = Email
account-sign-in-method = Sign in with
account-method-password = Password
account-method-code = Code by email
account-password = Password
# A one-time code from an email
account-code = Code
account-send-code = Send code
account-sign-in = Sign in
account-sign-up = Create account
# A request to the project is in progress
account-in-progress = Contacting the project…
account-code-sent = An email was sent to { $email }. Enter the code from it here. If it has a link but no code, the project’s email templates need a change: see Zafu’s README for Supabase.
account-confirmation-sent = An email was sent to { $email }. If it has a code, enter it here. If it has a link, open it, then sign in with your password.
account-signed-in = You are signed in.
account-signed-in-adopted =
    { $count ->
        [one] You are signed in. Added from this computer: one sit.
       *[other] You are signed in. Added from this computer: { $count } sits.
    }
account-signed-out = You are signed out. All your sits are still here.

## State of the account

# when is a time of day, or a day and time
account-synced-at = Last synced: { $when }
account-synced-never = Not synced yet
account-sync-now = Sync now
account-progress = Sync progress
account-progress-of = { $done } of { $total }
account-local-only =
    { $count ->
        [one] One sit is kept on this computer only, as you chose.
       *[other] { $count } sits are kept on this computer only, as you chose.
    }
account-labels-rejected =
    { $count ->
        [one] The project rejected one label. It is kept on this computer; the page of labels shows why.
       *[other] The project rejected { $count } labels. They are kept on this computer; the page of labels shows why.
    }
account-unreadable =
    { $count ->
        [one] One sit needs a newer version of Zafu. It is kept and will appear after an update.
       *[other] { $count } sits need a newer version of Zafu. They are kept and will appear after an update.
    }
account-no-keychain = This system has no keychain, so you stay signed in only until Zafu quits.

## Sits that the project rejected

account-rejected = Rejected by the project
account-rejected-retry = Upload again
account-rejected-export = Save to a file…
account-rejected-retried = These sits will be uploaded again.
account-rejected-exported = Saved to { $path }

## Shown after a question about sits was answered (see sync.ftl)

account-adopted = Added to your account.
account-not-adopted = Kept on this computer, outside your account.
account-uploaded-again = Your sits will be uploaded again.
account-kept-local = Your sits stay on this computer only.
account-moved =
    { $count ->
        [one] Moved to your account: one sit.
       *[other] Moved to your account: { $count } sits.
    }
account-not-moved = Nothing was moved. The other account is listed below.

## Other accounts that have sits on this computer

account-owners-title = Other accounts on this computer
account-owners-hint = Their sits are not part of your account. Past sits can show them.
# Shown below the hint if an account in the list is gone and has a button to move its sits
account-owners-move-hint = Moving uploads all sits of an account to your project, including those kept on this computer only.
account-owner-signed-out = Signed out
account-owner-deleted = Deleted from its project
# The account is gone, and a new one was created with the same email address
account-owner-replaced = Earlier account: its address now belongs to another one
account-owner-sits-unsent =
    { $count ->
        [one] { $count } sit, not uploaded: { $unsent }
       *[other] { $count } sits, not uploaded: { $unsent }
    }
account-owner-adopt = Move and upload
# Read out by screen readers; begins with the text of the button
account-owner-adopt-of = Move and upload the sits of { $name }
account-owner-name-deleted = { $name } (deleted)
account-owner-name-replaced = { $name } (earlier account)
account-owner-unknown = Account with an unknown address
account-owner-none = No account

## Ways out

account-leave = Sign out or erase
account-sign-out = Sign out
account-sign-out-hint = Your sits stay on this computer. Those not uploaded yet follow when you sign in again.
account-erase = Erase data…
account-erase-hint = Deletes all sits of this account from the project. Your devices keep theirs.
account-erase-title = Erase this account’s data?
account-erase-text = All sits of { $email } will be deleted from the project. This cannot be undone. This computer keeps its sits; your other devices will ask what to do with theirs.
account-erase-confirm = Erase from the project
account-erase-cancel = Cancel
account-erase-done = The project has no data of this account any more. Your sits are still here.
