## The page of the partner

together-title = Zu zweit
together-open = Öffnen
together-intro = Zwei Menschen können zusammen ein Wochenziel halten. Jeder sitzt, wann er mag; beide sehen einen Lotus, der sich öffnet.
together-needs-account = Eine gemeinsame Woche braucht ein Konto, weil ihr beide dasselbe Projekt benutzt.
together-as-of = Stand: { $when }
together-never = Noch nichts vom Projekt gelesen.
together-waits = Wartet auf das Netz
together-profile-there = Dein Name, dein Bild und dein Ziel stehen auf der Seite des Kontos.
together-profile-open = Profil und Ziel

## Inviting

together-invite-title = Jemanden einladen
together-invite-text = Eine Einladung gilt für einen Menschen und kann sieben Tage lang angenommen werden. Sie enthält ein Geheimnis: Wer sie hat, kann sie annehmen.
together-invite-expired = Deine letzte Einladung ist abgelaufen.
together-invite-nameless = Du hast noch keinen Namen; die Einladung sagt deshalb nicht, wer du bist.
together-invite-name = Namen eingeben
together-invite = Einladung erstellen
together-invite-show = Einladung zeigen
together-invite-send = Schicke diesen Text dem Menschen, mit dem du sitzen willst, wie du magst. Er kann bis { $when } angenommen werden.
together-invite-invitation = Deine Einladung
together-invite-copy = Text kopieren
together-invite-copy-link = Nur den Link kopieren
together-invite-copied = Der Text ist kopiert.
together-invite-copied-link = Der Link ist kopiert.
together-invite-selected = Der Text ist markiert. Kopiere ihn mit Strg+C oder ⌘C.
together-invite-open = Deine Einladung kann bis { $when } angenommen werden.
together-withdraw = Zurückziehen

## Joining

together-join-title = Jemandem beitreten
together-join-text = Füge den Text oder den Link ein, den du bekommen hast. Bevor du annimmst, geschieht nichts.
together-join-invitation = Einladung
together-join-look = Ansehen
together-join-who = { $name } lädt dich zu einer gemeinsamen Woche ein
together-join-unnamed = Jemand ohne Namen lädt dich zu einer gemeinsamen Woche ein
together-join-unknown = Du bist zu einer gemeinsamen Woche eingeladen
together-join-host = Das Projekt ist { $host }. Wem es gehört, kann lesen, was dort gespeichert ist.
together-join-until = Die Einladung kann bis { $when } angenommen werden.
together-join-texts = Deine Notizen und Arten
together-join-texts-keep = Bleiben hier
together-join-texts-send = Gehen ins Projekt
together-join-accept = Annehmen
together-join-sign-in = Anmelden oder Konto erstellen …
together-join-sign-in-hint = Du brauchst ein Konto im Projekt { $host }. Nach dem Anmelden wirst du noch einmal gefragt, ob du annimmst.
together-join-other-project = Du bist bei einem anderen Projekt angemeldet. Um anzunehmen, melde dich dort erst ab und dann bei { $host } an. Deine Sitzungen bleiben auf diesem Rechner.
together-join-has-partner = Du hast eine Einladung geöffnet, bist aber schon zu zweit. Um sie anzunehmen, beende erst die gemeinsamen Wochen.
together-join-cancel = Jetzt nicht

## A partnership

together-week = Diese Woche
together-count = { $sits } von { $goal }
together-resting = Eine Woche der Ruhe, ohne Ziel
together-days-left =
    { $count ->
        [one] noch ein Tag
       *[other] noch { $count } Tage
    }
together-hours-left =
    { $count ->
        [one] noch eine Stunde
       *[other] noch { $count } Stunden
    }
together-described = { $sits } von { $goal } Sitzungen diese Woche; du { $mine }, { $name } { $partners }; { $left }
together-described-resting = Eine Woche der Ruhe, ohne Ziel; du { $mine }, { $name } { $partners }; { $left }
together-you = Du
together-partner-unnamed = Dein Partner
together-unnamed = Kein Name
together-share = { $sits } von { $target }
together-share-resting =
    { $count ->
        [one] { $count } Sitzung, ruht
       *[other] { $count } Sitzungen, ruht
    }
together-kept = { $kept } von { $weeks } Wochen gehalten
together-weeks = Vergangene Wochen
together-week-kept = { $sits } von { $goal } Sitzungen, gehalten
together-week-open = { $sits } von { $goal } Sitzungen
together-week-resting =
    { $count ->
        [one] { $count } Sitzung in einer Woche der Ruhe
       *[other] { $count } Sitzungen in einer Woche der Ruhe
    }
together-bow = Vor { $name } verneigen
together-bow-waits = Deine Verneigung vor { $name } wartet auf das Netz.
together-bow-later = Du kannst dich verneigen, sobald { $name } wieder gesessen hat.
together-sat-title = Zusammen gesessen
together-sat = { $length } am { $weekday }, { $day }

## The week in one line, on the page on which a sit is prepared and on the page after it

together-line-mine = { $sits } von { $goal } diese Woche
together-line-ours = Zusammen { $sits } von { $goal } diese Woche

## Privacy

together-privacy-title = Was dein Partner sieht
together-privacy-counts = Zahl der Sitzungen
together-privacy-times = Auch die Zeiten
together-privacy-text = Nie Notizen, Arten, deine E-Mail-Adresse oder deine Geräte.
together-shown-counts = { $name } sieht deinen Namen, dein Bild, dein Ziel und die Zahl deiner Sitzungen in jeder gemeinsamen Woche.
together-shown-times = { $name } sieht deinen Namen, dein Bild, dein Ziel, die Zahl deiner Sitzungen in jeder gemeinsamen Woche und wann du in den letzten 28 Tagen gesessen hast.
together-see = So sieht es mein Partner
together-see-no-times = Die Zeiten deiner Sitzungen werden nicht gezeigt.
together-see-none = Keine Sitzungen in den letzten 28 Tagen
together-leave-title = Die gemeinsamen Wochen beenden
together-leave = Beenden …
together-leave-text = Deine Sitzungen bleiben deine, und gehaltene Wochen bleiben gehalten. Danach könnt ihr beide mit jemand anderem weitermachen.
together-leave-ask = Die gemeinsamen Wochen mit { $name } beenden?
together-leave-confirm = Beenden
together-leave-cancel = Bleiben
together-leave-waits = Du hast die gemeinsamen Wochen beendet. Dein Partner erfährt es, sobald das Netz da ist.
together-former-title = Frühere gemeinsame Zeiten
together-former = { $from } bis { $to }: { $kept } von { $weeks } Wochen gehalten

## Neuigkeiten, auf der Seite zu zweit

together-news-title = Neuigkeiten
together-news-joined = Deine Einladung wurde angenommen.
together-news-bow = Jemand hat sich vor dir verneigt.
together-news-kept = Ihr habt Woche { $week } gehalten.
together-news-left = Die Partnerschaft wurde beendet.

## Profile and target, on the account page

together-profile-title = Profil
together-profile-text = Wer eine Einladung von dir hat, sieht deinen Namen und dein Bild. Wer mit dir zu zweit ist, sieht auch dein Ziel.
together-profile-name = Name
together-profile-picture = Bild
together-profile-initial = Anfangsbuchstabe
together-target = Sitzungen pro Woche
together-target-text = Eine Änderung gilt ab der nächsten Woche. 0 heißt: Du ruhst.
together-target-invalid = Gib eine ganze Zahl von 0 bis { $most } ein.
together-image-lotus = Lotus
together-image-bowl = Klangschale
together-image-stone = Steine
together-image-leaf = Blatt
together-image-wave = Welle
together-image-moon = Mond
together-image-mountain = Berg
together-image-bird = Vogel

## In the settings

together-settings = Woche
together-settings-lotus = Der Lotus zeigt
together-settings-sit = Die Sitzung
together-settings-mine = Meine Woche
together-settings-ours = Unsere Woche
together-settings-hint = Solange du allein bist, zeigt unsere Woche die Sitzung.
together-settings-notify = Neues von meinem Partner melden
together-settings-notify-hint = Beitritt, Verneigung, Abschied, und wenn eine Woche gehalten ist
