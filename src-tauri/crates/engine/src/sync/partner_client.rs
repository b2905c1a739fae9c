//! Requests about the partner from another process: through the running engine, or directly if there is none.

use super::account_client::{AccountClient, Direct, Route, done};
use crate::folder::DataFolder;
use crate::partner::LocalPartner;
use crate::protocol::{
    InvitationPreview, InvitationView, IpcError, PartnerRequest, PartnerView, ProfileView, Request,
    Secret, WeekProgress, partner_requests,
};
use zafu_core::partnership::Privacy;
use zafu_core::profile::WeeklyTarget;

/// Carries out requests about the profile, the weekly target and the partner of the account in use.
pub struct PartnerClient(AccountClient);

impl PartnerClient {
    /// Connects to the running engine of `folder`. Without one, locks the folder for as long as this lives.
    ///
    /// # Errors
    /// The running engine cannot be reached, or the folder cannot be used.
    pub fn connect(folder: &DataFolder) -> Result<Self, IpcError> {
        AccountClient::connect(folder).map(Self)
    }
}

/// Defines a method for each request of a table.
macro_rules! define_methods {
    ($Request:ident: $(
        $(#[doc = $doc:literal])*
        $Variant:ident => $method:ident($($argument:ident: $Argument:ty),*) -> $Result:ty;
    )*) => {
        impl PartnerClient {$(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// As the method of [`Partner`](crate::Partner).
            pub fn $method(&mut self, $($argument: $Argument),*) -> Result<$Result, IpcError> {
                match &mut self.0.0 {
                    Route::Engine(client) => {
                        client.call(&Request::Partner($Request::$Variant { $($argument),* }))
                    }
                    Route::Direct(direct) => direct.$method($($argument),*),
                }
            }
        )*}
    };
}
partner_requests!(define_methods);

impl Direct {
    fn partner(&self) -> LocalPartner<'_> {
        LocalPartner { store: self.session.store(), now: self.session.now().wall }
    }

    fn view(&self) -> Result<PartnerView, IpcError> {
        self.partner().view()
    }

    fn invite(&self) -> Result<InvitationView, IpcError> {
        done(self.runtime.block_on(self.session.invite()))
    }

    fn withdraw(&self) -> Result<PartnerView, IpcError> {
        done(self.runtime.block_on(self.session.withdraw_invitation()))
    }

    fn preview(&self, text: Secret) -> Result<InvitationPreview, IpcError> {
        done(self.runtime.block_on(self.session.preview_invitation(&text.0)))
    }

    fn accept(&self, text: Secret, keep_texts: bool) -> Result<PartnerView, IpcError> {
        done(self.runtime.block_on(self.session.accept_invitation(&text.0, keep_texts)))
    }

    fn week(&self) -> Result<WeekProgress, IpcError> {
        // Without an engine no sit runs.
        self.partner().week(None)
    }

    fn set_profile(&mut self, profile: ProfileView) -> Result<PartnerView, IpcError> {
        self.change(|partner| partner.set_profile(&profile))
    }

    fn set_target(&mut self, target: WeeklyTarget) -> Result<PartnerView, IpcError> {
        self.change(|partner| partner.set_target(target))
    }

    fn set_privacy(&mut self, level: Privacy) -> Result<PartnerView, IpcError> {
        self.change(|partner| partner.set_privacy(level))
    }

    fn bow(&mut self) -> Result<PartnerView, IpcError> {
        self.change(|partner| partner.bow())
    }

    fn leave(&mut self) -> Result<PartnerView, IpcError> {
        self.change(|partner| partner.leave())
    }

    /// Makes a change on this device, and sends it if the server can be reached.
    fn change(
        &mut self,
        change: impl FnOnce(LocalPartner<'_>) -> Result<PartnerView, IpcError>,
    ) -> Result<PartnerView, IpcError> {
        change(self.partner())?;
        self.sync()?;
        self.view()
    }
}
