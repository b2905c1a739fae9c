# Errors of the account, its server and the keychain. The project is the user’s own, at Supabase or elsewhere: it has a URL,
# a publishable key and an administrator. The server is what answers for it. A reason is technical text, mostly in English.

## The project that the user has entered. “API Keys” and “publishable key” are names on Supabase’s own pages.

server-project-url-invalid = This is not a valid project URL, so nothing was sent. It looks like https://abcdefgh.supabase.co.
server-project-url-not-encrypted = This project URL is not encrypted, so nothing was sent. Use https://, or http:// for a server on this computer only.
server-project-key-invalid = This is not a valid project key, so nothing was sent. A key has only letters, digits and the characters . _ ~ + / = - and begins with a letter or a digit. Copy the publishable key from the project’s settings under API Keys.
server-project-key-secret = This is the project’s secret key, which must never leave the server. It was not used. Copy the publishable key from the project’s settings under API Keys.

## Sign-in, sign-up and codes by email

server-auth-wrong-password = The email address or the password is wrong. Check both, then try again.
server-auth-not-confirmed = This email address is not confirmed yet. An email was sent to it: if it has a code, sign in with that code. If it has a link, open the link, then sign in.
server-auth-blocked = This account is blocked. All sits on this device are kept. Ask the project’s administrator to unblock it.
server-auth-weak-password = This password is too weak for the project, so nothing was changed. Choose a longer one.
server-auth-address-taken = There is already an account with this email address. Sign in instead.
server-auth-sign-up-closed = The project does not accept new accounts. Ask its administrator.
server-auth-address-invalid = This is not a valid email address. Check it, then try again.
server-auth-wrong-code = This code is wrong or has expired. Request a new one.
server-auth-too-many-attempts = There were too many attempts. Wait a few minutes, then try again.
server-auth-wrong-key = The project does not accept this key, so nothing was changed. Copy the publishable key from the project’s settings under API Keys.
server-auth-not-supabase = The server at this URL is not a Supabase project, so nothing was changed. Check the project URL.
server-auth-captive-portal = This network wants you to sign in to it first. Open any page in a web browser, then try again.
server-auth-unreachable = The server was not reached, so nothing was changed. Check the network and the project URL.
server-auth-timed-out = The server did not answer in time, so it is not known whether it carried out the request. Check the network, then try again.
server-auth-expired = Your sign-in has expired. Sits that are not uploaded yet are kept. Sign in again.
# error is a whole sentence
server-auth-failed = The request failed. { $error } Try again later.

server-not-signed-in = You are not signed in, so nothing was changed. Sign in first.
server-sign-in-again = The server must know that it is you, so nothing was changed. Sign in again first.
server-password-needed = An account is created with a password. To use a code instead, request one by email and sign in with it: this creates the account too.

## Requests that failed, one sentence or two each. Most are followed by what becomes of the sits (see below).

server-unreachable = The server was not reached.
# cause is a whole sentence about the certificate
server-untrusted = The server’s certificate is not trusted, so nothing was sent. { $cause }
server-certificate-issuer = Its issuer is unknown to this computer. Something on this network may be intercepting the connection.
server-certificate-name = It belongs to another address. Check the network and the project URL.
server-certificate-expired = It has expired. Check the date and time of this computer.
server-certificate-not-yet-valid = It is not valid yet. Check the date and time of this computer.
server-certificate-no-issuers = This computer has no list of trusted issuers. Install its package ca-certificates.
server-certificate-invalid = It is not valid. Ask the project’s administrator to renew it.
server-timed-out = The server did not answer in time.
server-invalid-response = The answer was not from the server, or it was cut off.
server-other-account = Another account is signed in.
server-key-rejected = The project does not accept its key.
# status is a number of HTTP, code a code of the server
server-status = The server answered with error { $status }.
server-status-code = The server answered with error { $status } { $code }.

## What becomes of the sits after a failed request. error is one of the messages above.

server-synced-later = { $error } Everything is kept and will be synced later.
server-sent-after-repair = { $error } Nothing is uploaded until the project’s administrator has repaired this. Everything is kept.
server-session-rejected = { $error } It does not accept your sign-in at the moment, for example because its clock is behind. Zafu keeps trying, and everything is kept.
# “An account without a profile” is a heading in that file
server-no-profile = The account exists, but the project has no profile for it: the project’s sign-up trigger is missing, or was missing when the account was created. Its administrator finds the repair under “An account without a profile” in supabase/README.md. Nothing is uploaded until then, and everything is kept.
server-limit-of-day = The server stores no more sits of this account today. Everything is kept here and will be uploaded tomorrow.
# findings are technical names of privileges and database objects
server-unhealthy = The server is not set up as Zafu needs it: { $findings }. Nothing is uploaded until the project’s administrator has repaired it. Everything is kept.
# oldest is a version of Zafu
server-too-old = The server needs Zafu { $oldest } or newer. Update Zafu. Everything is kept until then.

## Erasing the account’s sits from the server, and moving those of other accounts

server-erase-unknown = { $error } It is not known whether the sits were erased from the server. Those on this device are kept. Sync, then try again.
server-erase-failed = { $error } Nothing was erased. Try again later.
server-nothing-erased = The sits of this account were not erased from the server, so there is nothing to decide and nothing was changed.
server-owner-in-use = The other account may still be in use, so nothing was moved. Confirm that you want to move its sits.

## The system’s keychain

server-keychain-unusable = The system’s keychain cannot be used ({ $reason }). Everything is kept. Start or unlock the keychain, then sync.
server-keychain-not-kept = The system’s keychain cannot be used ({ $reason }), so the sign-in could not be saved and was undone. Start or unlock the keychain, or sign in from Zafu’s window.
# The next two stand for the reason in the two above
server-keychain-damaged = its entry for this account is damaged
server-keychain-ambiguous = it has more than one entry for this account
