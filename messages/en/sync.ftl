## State of the sync: one or two words beside an icon, and in full on the account’s page

sync-synced = Synced
sync-synced-long = Everything is synced with your project
sync-syncing = Syncing
sync-syncing-long = Your sits are being synced
# Everything is uploaded, but the project could not be asked for sits of other devices
sync-not-synced = Not synced
sync-not-synced-long = Sits from your other devices may be missing
sync-pending = { $count } waiting
sync-pending-long =
    { $count ->
        [one] One sit is waiting to be uploaded
       *[other] { $count } sits are waiting to be uploaded
    }
sync-action-needed = Action needed
sync-action-needed-long = Your account needs attention
sync-signed-out = Signed out
sync-signed-out-long = You are signed out

## What only the user can do before the sync continues: a title, and a text below it

sync-need-sign-in = Sign in again
sync-need-sign-in-text = Your sign-in has expired. Sits that are not uploaded yet are kept and follow once you have signed in.
sync-need-key = The project does not accept its key
sync-need-key-text = Check the publishable key in your project’s settings under API Keys, and sign in with it. Sits that are not uploaded yet are kept.
sync-need-blocked = This account is blocked
sync-need-blocked-text = Ask the project’s administrator. Sits that are not uploaded yet are kept and follow once the account is unblocked.
sync-need-gone = The project no longer has this account
sync-need-gone-text = All your sits are still here. Create the account again, or sign in with another one.
sync-need-server = The project is not set up for Zafu
sync-need-server-text = Nothing is uploaded until it is, and everything is kept here. Zafu’s README for Supabase tells the project’s administrator what to do.
sync-need-too-old = This Zafu is too old for the project
sync-need-too-old-text = Install the latest version. Sits that are not uploaded yet are kept and follow then.
sync-need-rejected = The project rejected some sits
sync-need-rejected-text = They are kept here in full. The reasons are listed below.

## Questions: a title, a text and two answers

sync-need-erased = This account’s data was erased from another device
sync-need-erased-text = Its sits are gone from the project but still on this computer. Nothing is uploaded before you decide.
sync-need-erased-keep = Keep them here only
sync-need-erased-upload = Upload them again

sync-need-adopt =
    { $count ->
        [one] Is one sit on this computer yours?
       *[other] Are { $count } sits on this computer yours?
    }
sync-need-adopt-text =
    { $count ->
        [one] It was recorded while nobody was signed in, and more than one account was used here. If it is yours, it becomes part of { $email } and is uploaded.
       *[other] They were recorded while nobody was signed in, and more than one account was used here. If they are yours, they become part of { $email } and are uploaded.
    }
sync-need-adopt-yes = Yes, add to my account
sync-need-adopt-no = No, leave here

# Sits of an account that is gone. from is that account’s email address, project its server, email the address of the
# account that is signed in. from and email may be the same.
sync-need-adopt-from =
    { $count ->
        [one] Move one sit of an earlier account to this one?
       *[other] Move { $count } sits of an earlier account to this one?
    }
sync-need-adopt-from-deleted =
    { $count ->
        [one] It belongs to { $from } at { $project }. That account was deleted, so nobody can sign in to it again. If you move the sit, it becomes part of { $email } and is uploaded to its project, even if it was kept on this computer only.
       *[other] They belong to { $from } at { $project }. That account was deleted, so nobody can sign in to it again. If you move them, all become part of { $email } and are uploaded to its project, including any that were kept on this computer only.
    }
sync-need-adopt-from-replaced =
    { $count ->
        [one] It belongs to an earlier account of { $from } at { $project }. The address has another account now, so nobody can sign in to the earlier one again. If you move the sit, it becomes part of { $email } and is uploaded to its project, even if it was kept on this computer only.
       *[other] They belong to an earlier account of { $from } at { $project }. The address has another account now, so nobody can sign in to the earlier one again. If you move them, all become part of { $email } and are uploaded to its project, including any that were kept on this computer only.
    }
sync-need-adopt-from-yes = Move and upload
sync-need-adopt-from-no = Do not move

## Why the project rejected a sit

sync-rejected-text = Its note or label contains something that the project cannot store.
sync-rejected-contradiction = Its data contradicts itself.
sync-rejected-length = The project does not accept its length.
sync-rejected-time = The project does not accept one of its times.
# code is the project’s own error code
sync-rejected-other = The project answered: { $code }.

## Why the project rejected a label, and what to do

sync-label-rejected-name = The project cannot store the name of this label. It is kept on this computer: give it another name.
sync-label-rejected-number = The project has no space for another label. It is kept on this computer: use one of the others.
# code is the project’s own error code
sync-label-rejected-other = The project rejected this label ({ $code }). It is kept on this computer: change it to upload it again.
