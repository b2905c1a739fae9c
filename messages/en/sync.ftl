sync-synced = Synced
sync-synced-long = Everything is in your project
sync-syncing = Syncing
sync-syncing-long = Your sits are being synced
sync-not-synced = Not synced
sync-not-synced-long = Other devices' sits may not all be here yet
sync-pending = { $count } waiting
sync-pending-long =
    { $count ->
        [one] { $sits } waits to be sent
       *[other] { $sits } wait to be sent
    }
sync-action-needed = Needs you
sync-action-needed-long = Your account needs a word from you
sync-signed-out = Signed out
sync-signed-out-long = You are signed out
sync-rejected-text = Its note or label holds something that the project cannot store.
sync-rejected-contradiction = What is said of it contradicts itself.
sync-rejected-length = The project does not understand its length.
sync-rejected-time = The project does not understand one of its times.
sync-rejected-other = The project says: { $code }.
sync-need-sign-in = Sign in again
sync-need-sign-in-text = Your session has ended. Everything that waits is kept, and is sent once you are back.
sync-need-key = The project’s key is not accepted
sync-need-key-text = Check the publishable key in your project’s settings, under API keys, and sign in with it. Everything that waits is kept.
sync-need-blocked = This account is blocked
sync-need-blocked-text = Ask whoever runs the project. Everything that waits is kept here, and is sent once the account is open again.
sync-need-gone = The project has no such account any more
sync-need-gone-text = Your sits are all still here. Create the account anew, or sign in with another one.
sync-need-erased = This account was erased from another device
sync-need-erased-text = Its sits are gone from the project, and still here. Nothing is sent before you say what is to be.
sync-need-erased-keep = Keep them here only
sync-need-erased-upload = Send them again
sync-need-adopt =
    { $count ->
        [one] Is one sit of this computer yours?
       *[other] Are { $sits } of this computer yours?
    }
sync-need-adopt-text = They were made while nobody was signed in, and more than one account was used here. If they are yours, they become part of { $email }.
sync-need-adopt-yes = Yes, they are mine
sync-need-adopt-no = No, leave them here
sync-need-adopt-from =
    { $count ->
        [one] Move one sit of a former account to this one?
       *[other] Move { $sits } of a former account to this one?
    }
sync-need-adopt-from-deleted = They are on this computer and belong to { $from } at { $project }. That account was deleted, so nobody can sign in to it again. If you move them, they become part of { $email } and are sent to its project.
sync-need-adopt-from-replaced = They are on this computer and belong to an earlier account of { $from } at { $project }. Another account has this address now, so nobody can sign in to the earlier one again. If you move them, they become part of { $email } and are sent to its project.
sync-need-adopt-from-yes = Move them
sync-need-adopt-from-no = Leave them
sync-need-server = The project is not as Zafu needs it
sync-need-server-text = Nothing is sent until it is, and everything is kept here. Whoever runs the project brings it up to date as Zafu’s README for Supabase describes.
sync-need-too-old = This Zafu is too old for the project
sync-need-too-old-text = Install the newest one. Everything that waits is kept here and is sent then.
sync-need-rejected = Some sits were refused
sync-need-rejected-text = They are kept here whole. Below is what the project says of them.
