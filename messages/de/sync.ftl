sync-synced = Abgeglichen
sync-synced-long = Alles ist in deinem Projekt
sync-syncing = Gleicht ab
sync-syncing-long = Deine Sitzungen werden abgeglichen
sync-not-synced = Nicht abgeglichen
sync-not-synced-long = Sitzungen anderer Geräte fehlen hier vielleicht noch
sync-pending = { $count } warten
sync-pending-long =
    { $count ->
        [one] { $sits } wartet aufs Senden
       *[other] { $sits } warten aufs Senden
    }
sync-action-needed = Braucht dich
sync-action-needed-long = Dein Konto braucht ein Wort von dir
sync-signed-out = Abgemeldet
sync-signed-out-long = Du bist abgemeldet
sync-rejected-text = Notiz oder Art enthält etwas, das das Projekt nicht speichern kann.
sync-rejected-contradiction = Was von ihr gesagt wird, widerspricht sich.
sync-rejected-length = Das Projekt versteht ihre Länge nicht.
sync-rejected-time = Das Projekt versteht eine ihrer Zeiten nicht.
sync-rejected-other = Das Projekt sagt: { $code }.
sync-need-sign-in = Melde dich noch einmal an
sync-need-sign-in-text = Deine Anmeldung ist abgelaufen. Alles, was wartet, ist da und wird gesendet, sobald du zurück bist.
sync-need-key = Der Schlüssel des Projekts wird nicht angenommen
sync-need-key-text = Prüfe den öffentlichen Schlüssel in den Einstellungen deines Projekts, unter API Keys, und melde dich damit an. Alles, was wartet, ist da.
sync-need-blocked = Dieses Konto ist gesperrt
sync-need-blocked-text = Frag, wer das Projekt betreibt. Alles, was wartet, bleibt hier und wird gesendet, sobald das Konto wieder offen ist.
sync-need-gone = Das Projekt kennt dieses Konto nicht mehr
sync-need-gone-text = Deine Sitzungen sind alle noch hier. Leg das Konto neu an, oder melde dich mit einem anderen an.
sync-need-erased = Dieses Konto wurde von einem anderen Gerät geleert
sync-need-erased-text = Seine Sitzungen sind aus dem Projekt verschwunden und noch hier. Bevor du etwas sagst, wird nichts gesendet.
sync-need-erased-keep = Nur hier behalten
sync-need-erased-upload = Noch einmal senden
sync-need-adopt =
    { $count ->
        [one] Ist eine Sitzung auf diesem Rechner deine?
       *[other] Sind { $sits } auf diesem Rechner deine?
    }
sync-need-adopt-text = Sie entstanden, als niemand angemeldet war, und hier wurde mehr als ein Konto benutzt. Sind es deine, gehören sie dann zu { $email }.
sync-need-adopt-yes = Ja, es sind meine
sync-need-adopt-no = Nein, hier lassen
sync-need-adopt-from =
    { $count ->
        [one] Eine Sitzung eines früheren Kontos in dieses verschieben?
       *[other] { $sits } eines früheren Kontos in dieses verschieben?
    }
sync-need-adopt-from-deleted = Sie sind auf diesem Rechner und gehören zu { $from } bei { $project }. Dieses Konto wurde gelöscht, niemand kann sich mehr damit anmelden. Verschiebst du sie, gehören sie zu { $email } und werden an dessen Projekt gesendet.
sync-need-adopt-from-replaced = Sie sind auf diesem Rechner und gehören zu einem früheren Konto von { $from } bei { $project }. Die Adresse hat jetzt ein anderes Konto, mit dem früheren kann sich niemand mehr anmelden. Verschiebst du sie, gehören sie zu { $email } und werden an dessen Projekt gesendet.
sync-need-adopt-from-yes = Verschieben
sync-need-adopt-from-no = Dort lassen
sync-need-server = Das Projekt ist nicht, wie Zafu es braucht
sync-need-server-text = Bis dahin wird nichts gesendet, und alles bleibt hier. Wer das Projekt betreibt, bringt es auf den Stand, den Zafus README für Supabase beschreibt.
sync-need-too-old = Dieses Zafu ist zu alt für das Projekt
sync-need-too-old-text = Installiere das neueste. Alles, was wartet, bleibt hier und wird dann gesendet.
sync-need-rejected = Einige Sitzungen wurden abgelehnt
sync-need-rejected-text = Sie sind hier ganz erhalten. Unten steht, was das Projekt dazu sagt.
