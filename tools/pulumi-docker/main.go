// Builds pulumi-resource-docker: Pulumi's bridge over the Terraform provider for Docker, named as @pulumi/docker names things.
package main

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Version is that of the npm package @pulumi/docker; the linker sets it.
var Version = "0.0.0"

func resource(name string, fields map[string]*tfbridge.SchemaInfo) *tfbridge.ResourceInfo {
	file := strings.ToLower(name[:1]) + name[1:]
	return &tfbridge.ResourceInfo{Tok: tokens.Type("docker:index/" + file + ":" + name), Fields: fields}
}

func named(name string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: name} }

func main() {
	// The plural that the bridge would give these is not the name that the package has.
	container := resource("Container", map[string]*tfbridge.SchemaInfo{
		"command": named("command"), "networks_advanced": named("networksAdvanced"),
	})
	// Its name and its published ports are taken until the old one is gone.
	container.DeleteBeforeReplace = true

	tfbridge.Main("docker", Version, tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(provider.New(Version)()),
		Name:    "docker",
		Version: Version,
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": container,
			"docker_image":     resource("RemoteImage", map[string]*tfbridge.SchemaInfo{"name": named("name")}),
			"docker_network":   resource("Network", nil),
			"docker_volume":    resource("Volume", nil),
		},
		IgnoreMappings: []string{
			"docker_registry_image", "docker_config", "docker_secret", "docker_service", "docker_plugin", "docker_tag",
			"docker_buildx_builder", "docker_logs", "docker_registry_image_manifests",
		},
	}, []byte("{}"))
}
