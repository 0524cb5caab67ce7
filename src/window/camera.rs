//! The camera draws flat things only: what nannou's does for solid ones costs more than all the panels where
//! the processor draws.

use bevy::camera::{Camera, Camera2d, Camera3d};
use bevy::core_pipeline::Core2d;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::ecs::prelude::{Entity, With, World};
use bevy::render::camera::CameraRenderGraph;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::Msaa;
use nannou::prelude::{App, egui};
use nannou::wgpu::DeviceType;

/// Leaves out what flat panels do not need; egui smooths its own edges. Where the processor draws, it is told
/// not to: edges that are smoothed cost a tenth of a picture.
pub fn flatten(app: &App, context: egui::Context) {
    app.command_scope(|mut commands| {
        commands.queue(move |world: &mut World| {
            if world.get_resource::<RenderAdapterInfo>().is_some_and(|adapter| adapter.device_type == DeviceType::Cpu) {
                context.tessellation_options_mut(|options| options.feathering = false);
            }
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
