//! (lint)
