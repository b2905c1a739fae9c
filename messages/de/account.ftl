account-title = Konto
account-privacy = Deine Sitzungen verlassen diesen Computer mit ihren Zeiten, Arten und Notizen, ebenso dein Profil und dein Wochenziel.
account-privacy-kept = Deine Sitzungen verlassen diesen Computer mit ihren Zeiten, aber ohne Arten und Notizen; ebenso dein Profil und dein Wochenziel. Jede Notiz und jede Art bleibt auf dem Gerät, auf dem du sie schreibst, bis du das auf diesem Gerät änderst. Die, die das Projekt schon hat, bleiben dort.
# Follows one of the two above
account-privacy-readers = Was gesendet wird, geht in das Projekt deines Kontos, dessen Administrator es lesen kann. Ein Partner bekommt nur den Teil, den die Seite Partner nennt, und wer eine Einladung von dir hat, sieht nur deinen Namen und dein Bild. Solange du nicht angemeldet bist, wird nichts gesendet; siehst du dir aber eine Einladung an, angemeldet oder nicht, fragt Zafu den Server darin, wer dich einlädt.
account-texts = Deine Notizen und Arten
account-texts-keep = Bleiben, wo du sie schreibst
account-texts-send = Gehen ins Projekt
account-texts-kept = Auf all deinen Geräten bleiben neue Notizen und Arten auf dem Gerät, auf dem du sie schreibst. Die anderen Geräte bekommen sie nicht.
account-texts-sent = Die Notizen und Arten dieses Geräts werden an das Projekt gesendet. Geräte, die ihre behalten, tun das weiter, bis du es dort änderst.
account-texts-ask = Deine Notizen und Arten an { $host } senden?
account-texts-ask-text = Alle Notizen und Arten, die auf diesem Gerät sind, werden gesendet, auch die, die du früher geschrieben hast. Der Administrator von { $host } kann sie lesen. Das lässt sich nicht zurücknehmen.
account-texts-ask-confirm = Senden
account-texts-ask-cancel = Nicht senden

## Sign-in form. The project is a server of the user’s own, at Supabase or elsewhere.

account-intro = Zafu braucht kein Konto. Mit einem Konto werden deine Sitzungen zwischen all deinen Geräten abgeglichen, über dein eigenes Supabase-Projekt.
account-intro-joining = Du bist zu einer gemeinsamen Woche eingeladen. Melde dich im Projekt der Person an, die dich einlädt, oder lege dort ein Konto an. Danach wirst du gefragt, ob du annimmst.
account-signed-out-of = Du bist von { $email } abgemeldet. Alle deine Sitzungen sind noch hier.
account-signed-out-of-pending =
    { $count ->
        [one] Du bist von { $email } abgemeldet. Eine Sitzung wird hochgeladen, wenn du dich wieder anmeldest.
       *[other] Du bist von { $email } abgemeldet. { $count } Sitzungen werden hochgeladen, wenn du dich wieder anmeldest.
    }
account-project = Projekt
account-project-hint = Beides findest du in den Einstellungen deines Projekts unter API Keys.
account-url = URL des Projekts
account-key = Publishable Key
account-email = E-Mail
account-sign-in-method = Anmelden mit
account-method-password = Passwort
account-method-code = Code per E-Mail
account-password = Passwort
account-code = Code
account-send-code = Code senden
account-sign-in = Anmelden
account-sign-up = Konto anlegen
account-in-progress = Verbindung zum Projekt …
account-code-sent = Eine E-Mail wurde an { $email } gesendet. Gib den Code daraus hier ein. Wenn sie einen Link, aber keinen Code enthält, müssen die E-Mail-Vorlagen des Projekts geändert werden: siehe Zafus README für Supabase.
account-confirmation-sent = Eine E-Mail wurde an { $email } gesendet. Wenn sie einen Code enthält, gib ihn hier ein. Wenn sie einen Link enthält, öffne ihn und melde dich dann mit deinem Passwort an.
account-signed-in = Du bist angemeldet.
account-signed-in-adopted =
    { $count ->
        [one] Du bist angemeldet. Von diesem Computer dazugekommen: eine Sitzung.
       *[other] Du bist angemeldet. Von diesem Computer dazugekommen: { $count } Sitzungen.
    }
account-signed-out = Du bist abgemeldet. Alle deine Sitzungen sind noch hier.

## State of the account

account-synced-at = Zuletzt abgeglichen: { $when }
account-synced-never = Noch nicht abgeglichen
account-sync-now = Jetzt abgleichen
account-progress = Fortschritt des Abgleichs
account-progress-of = { $done } von { $total }
account-local-only =
    { $count ->
        [one] Eine Sitzung bleibt nur auf diesem Computer, wie du gewählt hast.
       *[other] { $count } Sitzungen bleiben nur auf diesem Computer, wie du gewählt hast.
    }
account-labels-rejected =
    { $count ->
        [one] Das Projekt hat eine Art abgelehnt. Sie bleibt auf diesem Computer; die Seite der Arten zeigt den Grund.
       *[other] Das Projekt hat { $count } Arten abgelehnt. Sie bleiben auf diesem Computer; die Seite der Arten zeigt die Gründe.
    }
account-unreadable =
    { $count ->
        [one] Eine Sitzung braucht eine neuere Version von Zafu. Sie bleibt erhalten und erscheint nach einem Update.
       *[other] { $count } Sitzungen brauchen eine neuere Version von Zafu. Sie bleiben erhalten und erscheinen nach einem Update.
    }
account-no-keychain = Dieses System hat keinen Schlüsselbund, daher bleibst du nur angemeldet, bis Zafu beendet wird.

## Sits that the project rejected

account-rejected = Vom Projekt abgelehnt
account-rejected-retry = Noch einmal hochladen
account-rejected-export = In einer Datei speichern …
account-rejected-retried = Diese Sitzungen werden noch einmal hochgeladen.
account-rejected-exported = Gespeichert in { $path }

## Shown after a question about sits was answered (see sync.ftl)

account-adopted = Zu deinem Konto hinzugefügt.
account-not-adopted = Sie bleiben auf diesem Computer, außerhalb deines Kontos.
account-uploaded-again = Deine Sitzungen werden noch einmal hochgeladen.
account-kept-local = Deine Sitzungen bleiben nur auf diesem Computer.
account-moved =
    { $count ->
        [one] In dein Konto verschoben: eine Sitzung.
       *[other] In dein Konto verschoben: { $count } Sitzungen.
    }
account-not-moved = Es wurde nichts verschoben. Das andere Konto steht unten.

## Other accounts that have sits on this computer

account-owners-title = Andere Konten auf diesem Computer
account-owners-hint = Ihre Sitzungen gehören nicht zu deinem Konto. „Frühere Sitzungen“ kann sie zeigen.
account-owners-move-hint = Beim Verschieben werden alle Sitzungen eines Kontos in dein Projekt hochgeladen, auch solche, die nur auf diesem Computer bleiben sollten.
account-owner-signed-out = Abgemeldet
account-owner-deleted = Aus seinem Projekt gelöscht
account-owner-replaced = Früheres Konto: Die Adresse gehört jetzt zu einem anderen
account-owner-sits-unsent =
    { $count ->
        [one] { $count } Sitzung, nicht hochgeladen: { $unsent }
       *[other] { $count } Sitzungen, nicht hochgeladen: { $unsent }
    }
account-owner-adopt = Verschieben und hochladen
account-owner-adopt-of = Verschieben und hochladen: die Sitzungen von { $name }
account-owner-name-deleted = { $name } (gelöscht)
account-owner-name-replaced = { $name } (früheres Konto)
account-owner-unknown = Konto mit unbekannter Adresse
account-owner-none = Kein Konto

## Ways out

account-leave = Abmelden oder löschen
account-sign-out = Abmelden
account-sign-out-hint = Deine Sitzungen bleiben auf diesem Computer. Noch nicht hochgeladene folgen, wenn du dich wieder anmeldest.
account-erase = Daten löschen …
account-erase-hint = Löscht alle Sitzungen dieses Kontos aus dem Projekt. Deine Geräte behalten ihre.
account-erase-title = Die Daten dieses Kontos löschen?
account-erase-text = Alle Sitzungen von { $email } werden aus dem Projekt gelöscht. Das lässt sich nicht rückgängig machen. Dieser Computer behält seine Sitzungen; deine anderen Geräte fragen, was mit ihren geschehen soll.
account-erase-confirm = Aus dem Projekt löschen
account-erase-cancel = Abbrechen
account-erase-done = Das Projekt hat keine Daten dieses Kontos mehr. Deine Sitzungen sind noch hier.
