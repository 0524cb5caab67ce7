//! The camera draws flat things only: what nannou's does for solid ones costs more than all the panels where
//! the processor draws.

use bevy::camera::{Camera, Camera2d, Camera3d};
use bevy::core_pipeline::Core2d;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::ecs::prelude::{Entity, With, World};
use bevy::render::camera::CameraRenderGraph;
use bevy::render::view::Msaa;
use nannou::prelude::App;

/// Leaves out what flat panels do not need; egui smooths its own edges.
pub fn flatten(app: &App) {
    app.command_scope(|mut commands| {
        commands.queue(|world: &mut World| {
            let cameras: Vec<Entity> = world.query_filtered::<Entity, With<Camera>>().iter(world).collect();
            for camera in cameras {
                world.entity_mut(camera).remove::<Camera3d>().insert(Camera2d);
                if let Some(mut graph) = world.get_mut::<CameraRenderGraph>(camera) {
                    *graph = CameraRenderGraph::new(Core2d);
                }
                world.entity_mut(camera).insert((Msaa::Off, Tonemapping::None, DebandDither::Disabled));
            }
        });
    });
}
