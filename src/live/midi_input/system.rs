//! Which of the ways into this machine a port is opened by.

use super::{Connection, Ear, Opens};
use crate::live::port_name::PortName;

pub struct System;

impl Opens for System {
    #[cfg(not(feature = "midi"))]
    fn open(&mut self, _: &PortName, _: Ear) -> Result<(Box<dyn Connection>, String), String> {
        Err("evalody was built without the feature \"midi\"".to_owned())
    }

    #[cfg(feature = "midi")]
    fn open(&mut self, port: &PortName, ear: Ear) -> Result<(Box<dyn Connection>, String), String> {
        use super::midir_input;
        #[cfg(target_os = "linux")]
        {
            use super::jack_input;
            use crate::live::port_name::System;
            if port.system == System::Jack || !midir_input::is_there() && jack_input::is_there() {
                return jack_input::open(&port.way, ear);
            }
        }
        #[cfg(not(target_os = "linux"))]
        if port.system == crate::live::port_name::System::Jack {
            return Err("evalody reaches JACK on Linux only".to_owned());
        }
        midir_input::open(&port.way, ear)
    }
}
